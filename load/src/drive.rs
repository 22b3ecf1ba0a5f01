//! The closed loop: threads with lanes of their own, and slices that alternate between the sides so
//! that both see the same noise.

use crate::lane::Lane;
use crate::tally::{Budget, Tally};
use crate::target::{Target, TargetError};
use crate::template::{Request, Template};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio::time::timeout_at;

/// How long a reply may stay out after the end of its slice.
const LAST_REPLIES: Duration = Duration::from_secs(10);

/// How often a progress bar moves.
const TICK: Duration = Duration::from_millis(200);

/// How to drive.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Connections to each side, all threads together.
    pub connections: u16,
    /// Requests in flight on each connection.
    pub depth: u16,
    /// How long each side is driven.
    pub time: Duration,
    /// The longest time that one side is driven before it is the other's turn.
    pub slice: Duration,
    /// How many requests each side gets at most.
    pub requests: Option<u64>,
    /// Threads.
    pub threads: u16,
}

/// Why a run did not take place.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// A connection did not come up.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A thread or its runtime did not start.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
    /// The histogram's bounds are refused.
    #[error("cannot measure: {0}")]
    Histogram(#[from] hdrhistogram::CreationError),
    /// A thread ended without a result.
    #[error("a thread of the load program failed")]
    Lost,
}

/// One side and what is sent to it.
struct Side<'a> {
    target: &'a Target,
    budget: Arc<Budget>,
}

/// What the threads share.
struct Shared<'a> {
    plan: &'a Plan,
    request: &'a Request,
    sides: Vec<Side<'a>>,
    slices: u32,
    slice: Duration,
    barrier: Barrier,
    /// A thread could not connect: all stop before the first slice.
    failed: AtomicBool,
    done: AtomicU64,
}

/// Drives all `targets` with `request` and measures each. `progress` hears now and then how much is
/// done, from 0 to 1.
///
/// # Errors
/// [`DriveError`] if the run cannot start; what goes wrong later is in the tallies.
pub fn drive(
    plan: &Plan,
    request: &Request,
    targets: &[&Target],
    mut progress: impl FnMut(f64),
) -> Result<Vec<Tally>, DriveError> {
    let threads = plan.threads.clamp(1, plan.connections.max(1));
    let slices = plan.time.as_nanos().div_ceil(plan.slice.as_nanos().max(1));
    let slices = u32::try_from(slices).unwrap_or(u32::MAX).max(1);
    let shared = Shared {
        plan,
        request,
        sides: targets
            .iter()
            .map(|target| Side { target, budget: Arc::new(Budget::new(plan.requests)) })
            .collect(),
        slices,
        slice: plan.time / slices,
        barrier: Barrier::new(usize::from(threads)),
        failed: AtomicBool::new(false),
        done: AtomicU64::new(0),
    };
    let (sender, results) = channel();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (shared, sender) = (&shared, sender.clone());
            let lanes = share(plan.connections, thread, threads);
            scope.spawn(move || {
                // The receiver lives until every thread has sent.
                drop(sender.send(work(shared, lanes)));
            });
        }
        drop(sender);
        let mut total: Option<Vec<Tally>> = None;
        let mut error = None;
        loop {
            match results.recv_timeout(TICK) {
                Ok(Ok(tallies)) => match &mut total {
                    None => total = Some(tallies),
                    Some(total) => total.iter_mut().zip(&tallies).for_each(|(a, b)| a.merge(b)),
                },
                Ok(Err(failure)) => error = error.or(failure),
                Err(RecvTimeoutError::Timeout) => progress(shared.progress(threads)),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        match (error, total) {
            (Some(error), _) => Err(error),
            (None, Some(total)) => Ok(total),
            (None, None) => Err(DriveError::Lost),
        }
    })
}

/// How many of `connections` this thread has.
fn share(connections: u16, thread: u16, threads: u16) -> u16 {
    connections / threads + u16::from(thread < connections % threads)
}

impl Shared<'_> {
    #[expect(clippy::cast_precision_loss, reason = "a progress bar is not that precise")]
    fn progress(&self, threads: u16) -> f64 {
        let sides = u64::try_from(self.sides.len()).unwrap_or(1);
        let all = u64::from(self.slices) * sides * u64::from(threads);
        self.done.load(Ordering::Relaxed) as f64 / all.max(1) as f64
    }
}

/// One thread: connects its lanes to all sides, then runs slice after slice in step with the others.
///
/// `Err(None)`: another thread has the reason.
fn work(shared: &Shared<'_>, lanes: u16) -> Result<Vec<Tally>, Option<DriveError>> {
    let ready = Thread::start(shared, lanes);
    if ready.is_err() {
        shared.failed.store(true, Ordering::SeqCst);
    }
    shared.barrier.wait();
    let mut thread = ready.map_err(Some)?;
    if shared.failed.load(Ordering::SeqCst) {
        return Err(None);
    }
    for _ in 0..shared.slices {
        for (side, part) in shared.sides.iter().zip(&mut thread.parts) {
            shared.barrier.wait();
            if !side.budget.is_spent() {
                thread.runtime.block_on(part.slice(shared.slice, &side.budget));
            }
            shared.done.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(thread.parts.iter().map(|part| lock(&part.tally).clone()).collect())
}

struct Thread {
    runtime: Runtime,
    parts: Vec<Part>,
}

/// One thread's lanes to one side. Nobody else takes its lock; it is there for the tasks.
struct Part {
    lanes: Vec<Lane>,
    tally: Arc<Mutex<Tally>>,
}

fn lock(tally: &Mutex<Tally>) -> std::sync::MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Thread {
    fn start(shared: &Shared<'_>, lanes: u16) -> Result<Self, DriveError> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut parts = Vec::new();
        for side in &shared.sides {
            let template = Arc::new(Template::new(side.target.dialect, shared.request));
            let tally = Arc::new(Mutex::new(Tally::new()?));
            let mut part = Part { lanes: Vec::new(), tally };
            for _ in 0..lanes {
                let stream = runtime.block_on(side.target.connect())?;
                part.lanes.push(Lane::new(stream, Arc::clone(&template), shared.plan.depth));
            }
            parts.push(part);
        }
        Ok(Self { runtime, parts })
    }
}

impl Part {
    /// Drives all lanes for `limit`; lanes that fail are not seen again.
    async fn slice(&mut self, limit: Duration, budget: &Arc<Budget>) {
        let start = Instant::now();
        let until = start + limit;
        let mut running = JoinSet::new();
        for lane in self.lanes.drain(..) {
            running.spawn(run(lane, until, Arc::clone(budget), Arc::clone(&self.tally)));
        }
        while let Some(ended) = running.join_next().await {
            self.lanes.extend(ended.ok().flatten());
        }
        lock(&self.tally).elapsed += start.elapsed();
    }
}

async fn run(
    mut lane: Lane,
    until: Instant,
    budget: Arc<Budget>,
    tally: Arc<Mutex<Tally>>,
) -> Option<Lane> {
    let last = (until + LAST_REPLIES).into();
    let what = match timeout_at(last, lane.run(until, &budget, &tally)).await {
        Ok(Ok(())) => return Some(lane),
        Ok(Err(_)) => "connection",
        Err(_) => "unanswered",
    };
    let missing = u64::try_from(lane.in_flight()).unwrap_or(u64::MAX);
    lock(&tally).fail(what, missing.max(1));
    None
}
