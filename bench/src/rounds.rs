//! Doing one thing over and over, from many tasks at once, for a while.

use std::time::{Duration, Instant};

use futures::future::try_join_all;

/// How often `work` was done a second, by `workers` tasks that each do one after the other. `work` gets
/// the number of its worker and how often that has worked before.
pub(crate) async fn rate<F>(
    workers: usize,
    round: Duration,
    work: impl Fn(usize, usize) -> F + Clone + Send + 'static,
) -> anyhow::Result<f64>
where
    F: Future<Output = anyhow::Result<()>> + Send,
{
    let began = Instant::now();
    let tasks = (0..workers).map(|worker| {
        let work = work.clone();
        tokio::spawn(async move {
            let mut done = 0;
            while began.elapsed() < round {
                work(worker, done).await?;
                done += 1;
            }
            anyhow::Ok(done)
        })
    });
    let mut done = 0;
    for worker in try_join_all(tasks).await? {
        done += worker?;
    }
    Ok(done as f64 / began.elapsed().as_secs_f64())
}

/// How long `work` takes once, in seconds.
pub(crate) async fn seconds(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<f64> {
    let began = Instant::now();
    work.await?;
    Ok(began.elapsed().as_secs_f64())
}
