//! Building the archive: one ZIP out of the parts, streamed and sealed.
//!
//! The archive counts only once its event is stored, and that is refused if the key of what was
//! collected has died since (an erasure was faster): then everything is collected anew. A crash
//! leaves an object that no event names; it goes when the parts go.

use bytes::Bytes;
use catalogue::Text;
use domain::account::Account;
use domain::law::Laws;
use domain::privacy_request::{PrivacyRequestCommand, Request, SourceFile, SourceName};
use event_store::CommitExtras;
use futures::TryStreamExt;
use sealed_objects::{ObjectKey, Sealed, SealedWriter};

use super::record_with;
use crate::privacy_requests::archive::{
    self, EntryName, Excerpts, Manifest, Sink, SinkError, Writer, schema,
};
use crate::privacy_requests::context::WorkerContext;
use crate::privacy_requests::error::JobError;
use crate::privacy_requests::request_objects;

pub(super) async fn package(ctx: &WorkerContext, request: &Request) -> Result<(), JobError> {
    let id = request.request_id;
    let Some((key, key_id)) = request_objects::key(&ctx.store, id).await? else {
        return Ok(request_objects::restart_collection(&ctx.erasures, id).await?);
    };
    let object = request_objects::archive_object(&ctx.store, id);
    let sealed = build(ctx, request, &object, &key).await?;
    let command = PrivacyRequestCommand::RecordPackaged {
        object: object.clone(),
        bytes: sealed.bytes,
        sha256: hex::encode(sealed.sha256),
    };
    let required_keys = request.collected_under.iter().copied().chain([key_id]).collect();
    match record_with(ctx, request, command, CommitExtras { required_keys, ..CommitExtras::default() }).await
    {
        Err(JobError::Erased) => Ok(request_objects::restart_collection(&ctx.erasures, id).await?),
        Err(error @ JobError::Refused(_)) => {
            ctx.archives.remove_all(&object).await?;
            Err(error)
        }
        recorded => recorded,
    }
}

/// The sink of the ZIP's bytes: a sealed object.
struct IntoObject(SealedWriter);

impl Sink for IntoObject {
    async fn write(&mut self, bytes: Bytes) -> Result<(), SinkError> {
        Ok(self.0.write(bytes).await?)
    }
}

async fn build(
    ctx: &WorkerContext,
    request: &Request,
    object: &str,
    key: &ObjectKey,
) -> Result<Sealed, JobError> {
    let now = ctx.store.services().now();
    let sink = IntoObject(ctx.archives.create(object, key).await?);
    let mut zip = Writer::new(sink, now);
    let law =
        request.law(Laws::built_in()).ok_or_else(|| JobError::UnknownLaw(request.regulation.clone()))?;
    let mut manifest = Manifest::new(request.request_id, request.account_id, now, request.regulation.clone());
    let mut excerpts = Excerpts::default();
    for (source, file) in request.files() {
        copy(ctx, &mut zip, (&mut manifest, &mut excerpts), source, file, key).await?;
    }
    let text = text_for(ctx, request).await?;
    let statement = ctx.statements.in_language(text.language());
    let whole = [
        ("statement.txt", statement.to_text(law, &text)),
        ("index.html", archive::index_html(&manifest, &excerpts, (statement, law), &text)),
    ];
    for (name, text) in whole {
        zip.entry(entry_name(name)?, Bytes::from(text)).await?;
    }
    let described = manifest.files.iter().map(|file| file.name.as_str()).chain([schema::MANIFEST]);
    for file in described {
        if let (Some(name), Some(content)) = (schema::name_of(file), schema::content_of(file)) {
            zip.entry(name, content).await?;
        }
    }
    let manifest = manifest.to_json().map_err(|_| archive::Error::Order("the manifest cannot be written"))?;
    zip.entry(entry_name(schema::MANIFEST)?, manifest).await?;
    Ok(zip.finish().await?.0.finish().await?)
}

/// The words of the person who asked.
async fn text_for(ctx: &WorkerContext, request: &Request) -> Result<Text, JobError> {
    let (account, _) = ctx.store.load::<Account>(&request.account_id.to_string()).await?;
    let texts = ctx.letterhead.texts();
    Ok(account.holder.map_or_else(|| texts.for_anyone(), |holder| texts.for_holder(&holder)))
}

async fn copy(
    ctx: &WorkerContext,
    zip: &mut Writer<IntoObject>,
    (manifest, excerpts): (&mut Manifest, &mut Excerpts),
    source: &SourceName,
    file: &SourceFile,
    key: &ObjectKey,
) -> Result<(), JobError> {
    zip.start(entry_name(&file.name)?, file.bytes).await?;
    let mut pieces = std::pin::pin!(ctx.archives.read(&file.object, key, 0..file.bytes));
    while let Some(piece) = pieces.try_next().await? {
        excerpts.add(&file.name, &piece);
        zip.write(piece).await?;
    }
    let entry = zip.finish_entry().await?;
    if entry.bytes != file.bytes || entry.sha256 != file.sha256 {
        return Err(archive::Error::Order("a part is not what its source handed over").into());
    }
    manifest.add(entry, file.title.clone(), source.clone(), file.records);
    Ok(())
}

fn entry_name(name: &str) -> Result<EntryName, JobError> {
    name.parse().map_err(|_| archive::Error::Order("a source chose a name that no archive may have").into())
}
