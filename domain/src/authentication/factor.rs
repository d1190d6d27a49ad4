//! What is shown to prove who signs in or acts.

/// One way to prove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Factor {
    /// The password.
    Password,
    /// A code that was sent to the phone of the account.
    PhoneCode,
    /// A recovery code, in place of another second factor.
    RecoveryCode,
    /// A code of the authenticator app of the account.
    AppCode,
    /// A passkey, with the person verified by the device: possession, and knowledge or body, in one.
    Passkey,
}

impl Factor {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::Password, Self::PhoneCode, Self::RecoveryCode, Self::AppCode, Self::Passkey];

    /// The name under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PhoneCode => "phone_code",
            Self::RecoveryCode => "recovery_code",
            Self::AppCode => "app_code",
            Self::Passkey => "passkey",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Password => 1,
            Self::PhoneCode => 1 << 1,
            Self::RecoveryCode => 1 << 2,
            Self::AppCode => 1 << 3,
            Self::Passkey => 1 << 4,
        }
    }
}

/// The factors that were given together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factors(u8);

impl Factors {
    /// The password alone.
    pub const PASSWORD: Self = Self(1);

    /// The same, and one more.
    #[must_use]
    pub fn and(self, factor: Factor) -> Self {
        Self(self.0 | factor.bit())
    }

    /// Whether this one was given.
    pub fn include(self, factor: Factor) -> bool {
        self.0 & factor.bit() != 0
    }

    /// The names under which they are stored.
    pub fn names(self) -> Vec<&'static str> {
        Factor::ALL.into_iter().filter(|factor| self.include(*factor)).map(Factor::as_str).collect()
    }

    /// Those stored under these names. A name that this release does not know proves nothing to it.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let known = |name: &str| Factor::ALL.into_iter().find(|factor| factor.as_str() == name);
        names.into_iter().filter_map(known).fold(Self::default(), Self::and)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_stored_by_name_and_an_unknown_name_proves_nothing() {
        let both = Factors::PASSWORD.and(Factor::PhoneCode);
        assert_eq!(both.names(), ["password", "phone_code"]);
        assert_eq!(Factors::of_names(both.names()), both);
        assert_eq!(Factors::of_names(["password", "hologram"]), Factors::PASSWORD);
        assert!(!both.include(Factor::RecoveryCode));
    }

    #[test]
    fn no_two_factors_are_one() {
        for one in Factor::ALL {
            let others = Factor::ALL.into_iter().filter(|other| *other != one);
            assert!(!others.fold(Factors::default(), Factors::and).include(one), "{one:?}");
        }
    }
}
