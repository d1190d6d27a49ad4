//! The log verified by itself: what is looked at, what is kept of it, and what is said.

use event_store::proof::verify::{Report, Verdict};
use event_store::proof::{ProofError, verified};
use tokio_util::sync::CancellationToken;
use workers::Verifications;
use workers::verifications::Extent;

use super::Logbook;

const HOURS: (&str, &str) = ("0 23 * * * *", "0 41 3 * * Sun");

fn verifications(book: &Logbook) -> Verifications {
    let foundation = &book.app.foundation;
    Verifications::new(foundation.store.clone(), foundation.archives.clone(), book.public(), HOURS).unwrap()
}

async fn verify(book: &Logbook, extent: Extent) -> Report {
    verifications(book).verify(extent, &CancellationToken::new()).await.unwrap()
}

/// Up to where all was well.
async fn kept(book: &Logbook) -> Option<u64> {
    let kept = verified::last(&book.app.foundation.archives, &book.public()).await.unwrap();
    kept.map(|stated| stated.size)
}

#[tokio::test]
async fn what_came_since_the_last_time_is_verified_and_now_and_then_all_of_it() {
    let book = Logbook::write().await;
    let nothing_signed = verify(&book, Extent::Since).await;
    assert_eq!((nothing_signed.verdict(), kept(&book).await), (Verdict::NotProved, None));
    book.sign().await;
    let first = verify(&book, Extent::Since).await;
    assert_eq!((first.verdict(), first.checked.events, kept(&book).await), (Verdict::Passed, 24, Some(24)));
    book.go_on(1).await;
    book.sign().await;
    let since = verify(&book, Extent::Since).await;
    assert_eq!((since.verdict(), since.checked.events, kept(&book).await), (Verdict::Passed, 3, Some(27)));
    assert_eq!(book.app.foundation.archives.list("verified").await.unwrap().len(), 1, "the newest alone");
    let whole = verify(&book, Extent::Whole).await;
    assert_eq!((whole.verdict(), whole.checked.events, kept(&book).await), (Verdict::Passed, 27, Some(27)));
}

#[tokio::test]
async fn what_was_found_is_found_again_until_it_is_mended() {
    let book = Logbook::write().await;
    book.sign().await;
    verify(&book, Extent::Since).await;
    book.go_on(1).await;
    book.sign().await;
    book.keep().await;
    let change = |id| format!("UPDATE events SET event_version = '2' WHERE event_id = '{id}'");
    book.tamper(&[&change(book.event_at(26).await)]).await;
    for _ in 0..2 {
        assert_eq!(verify(&book, Extent::Since).await.verdict(), Verdict::Failed);
        assert_eq!(kept(&book).await, Some(24));
    }
    book.put_back().await;
    assert_eq!(verify(&book, Extent::Since).await.verdict(), Verdict::Passed);
    assert_eq!(kept(&book).await, Some(27));
    // Below what was verified before only the whole log tells.
    book.tamper(&[&change(book.event_at(7).await)]).await;
    assert_eq!(verify(&book, Extent::Since).await.verdict(), Verdict::Passed);
    assert_eq!(verify(&book, Extent::Whole).await.verdict(), Verdict::Failed);
}

#[tokio::test]
async fn a_note_that_was_not_signed_does_not_spare_anything() {
    let book = Logbook::write().await;
    book.sign().await;
    verify(&book, Extent::Since).await;
    let archives = &book.app.foundation.archives;
    let path = archives.list("verified").await.unwrap().remove(0);
    let forged = archives.get_plain(&path).await.unwrap().replace("\n24\n", "\n23\n");
    archives.put_plain(&path, forged).await.unwrap();
    let report = verify(&book, Extent::Since).await;
    assert_eq!((report.verdict(), report.checked.events), (Verdict::Passed, 24));
}

#[tokio::test]
async fn an_end_that_was_cut_off_below_what_was_verified_is_found() {
    let book = Logbook::write().await;
    book.sign().await;
    verify(&book, Extent::Since).await;
    book.app.foundation.archives.remove_all("checkpoints").await.unwrap();
    book.tamper(&["DELETE FROM log WHERE position > 20", "DELETE FROM checkpoint_note"]).await;
    let report = verify(&book, Extent::Since).await;
    assert_eq!(report.verdict(), Verdict::Failed);
    assert!(
        report.findings.kept().iter().any(|found| found.what.contains("the end was cut off")),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_verification_is_given_up_when_the_program_ends() {
    let book = Logbook::write().await;
    book.sign().await;
    let stop = CancellationToken::new();
    stop.cancel();
    let given_up = verifications(&book).verify(Extent::Whole, &stop).await;
    assert!(matches!(given_up, Err(ProofError::GivenUp)), "{given_up:?}");
    assert_eq!(kept(&book).await, None);
}
