//! Which sessions may append, and below which transaction the order of events is settled.
//!
//! Events are ordered by the id of the transaction that stored them. The sequencer reads with a snapshot, in
//! which some transactions still run; what these append will come before what newer ones have appended. So it may read up
//! to the oldest of them that may append, and no further. The others do not matter, however long they stay open: a report,
//! a read model that is folded, a backup, anything in another database.
//!
//! **A session that may append** is known by its name (`application_name`), and a trigger on `events` refuses an
//! append under any other, always. Our own connections have it where events are appended, in the group commit and
//! transactions of `command::append`, and nowhere else; all of the release before have it.
//!
//! **Why the bound is right.** Let S be the snapshot of the statement that reads, Y the id of a transaction that has
//! appended, or will, and whose events S does not show. If Y had no id when S was taken, it is at or above the `xmax` of S.
//! If it had one, it ran, and is among the running transactions of S (`pg_snapshot_xip`). Sessions are looked at after S was taken. If
//! Y's still has it, it is seen there with Y, in this database and under the name, and so is no stranger. If it has it no
//! more, Y is no stranger either: only what is seen there can be one. So in each case Y is at or above the bound, and nothing
//! below it can appear any more. A prepared transaction has no session; one of this database may have appended.
//!
//! It would be wrong for a session that has written under another name, and then takes the name and appends in the same
//! transaction. Nothing of ours changes its name.

/// An SQL expression for the transaction id below which the order is settled. `era` is the era that now holds, `name`
/// the name of the sessions that may append; both are parameters.
pub(crate) fn bound(era: &str, name: &str) -> String {
    // The other transactions are looked at only where an event lies above the oldest of all.
    format!(
        "WITH strangers AS MATERIALIZED (
             SELECT backend_xid AS xid FROM pg_stat_get_activity(NULL)
             WHERE backend_xid IS NOT NULL AND (application_name <> {name}
                   OR datid <> (SELECT oid FROM pg_database WHERE datname = current_database()))
             UNION ALL
             SELECT transaction FROM pg_prepared_xacts WHERE database <> current_database())
         SELECT CASE
             WHEN NOT EXISTS (SELECT FROM events a
                              WHERE (a.era, a.xid) >= ({era}, pg_snapshot_xmin(pg_current_snapshot())))
             THEN pg_snapshot_xmin(pg_current_snapshot())
             ELSE coalesce(
                 (SELECT running FROM pg_snapshot_xip(pg_current_snapshot()) AS running
                  WHERE running::xid NOT IN (SELECT xid FROM strangers) ORDER BY running LIMIT 1),
                 pg_snapshot_xmax(pg_current_snapshot()))
         END"
    )
}
