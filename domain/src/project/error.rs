//! Why a project refuses.

/// A refusal by the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// There is no such project, or the actor is no member of its organization: only a member learns that
    /// it exists.
    #[error("there is no such project")]
    Unknown,
    /// The id is taken.
    #[error("the project was created already")]
    AlreadyCreated,
    /// Only a project owner may do this.
    #[error("only an owner of the project may do this")]
    Forbidden,
    /// The project has no credentials, or not these.
    #[error("the project has no such credentials")]
    NoCredentials,
    /// No earlier credentials are alive.
    #[error("no earlier credentials are alive")]
    NoPrevious,
    /// The overlap is not one that can be had.
    #[error("earlier credentials can be kept alive for 0 to 168 hours")]
    Overlap,
    /// The account is no owner by name.
    #[error("the account is no owner of the project by name")]
    NotOwner,
}
