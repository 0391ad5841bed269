//! Exact replay: the same inputs at the same times must give the same outputs, row by row.

use engine::output::{Outbox, Output};
use engine::{BEHAVIOUR_VERSION, Engine, Input, Policy, Timestamp};
use journal::{Header, Pipeline};
use reports::digest::TraceDigest;

use super::error::{Difference, ReplayError};

/// One step of the engine as it was recorded, and as it was replayed: the same.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// When.
    pub at: Timestamp,
    /// What the engine was told; `None` = timers were due.
    pub input: Option<&'a Input>,
    /// It refused that.
    pub is_refused: bool,
    /// What it said.
    pub said: &'a [Output],
    /// The policy in force after it.
    pub policy: &'a Policy,
}

/// What was replayed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exact {
    /// Rows, all with the recorded outputs.
    pub rows: u64,
    /// Of them, those with an input.
    pub inputs: u64,
    /// Inputs that the engine refused.
    pub refused: u64,
    /// When the first row was.
    pub from: Timestamp,
    /// When the last row was.
    pub to: Timestamp,
    /// Calls in hand after it.
    pub in_hand: usize,
    /// `outputs` of the last row.
    pub digest: TraceDigest,
}

/// Tells an engine everything that is in the journal, and `seen` of every step.
///
/// # Errors
/// The journal is not whole or not of this engine; an answer differs; `stop` said so (it is asked
/// every few thousand rows).
pub fn exact(
    journal: &mut Pipeline,
    stop: &dyn Fn() -> bool,
    mut seen: impl FnMut(Step<'_>),
) -> Result<Exact, ReplayError> {
    let header = journal.header();
    let mut engine = engine_of(header)?;
    let mut digest = TraceDigest(header.previous_outputs);
    let mut all = Exact {
        rows: 0,
        inputs: 0,
        refused: 0,
        from: Timestamp::ZERO,
        to: Timestamp::ZERO,
        in_hand: 0,
        digest,
    };
    let (mut rows, mut out) = (Vec::new(), Outbox::new());
    while journal.next_rows(&mut rows)? {
        if stop() {
            return Err(ReplayError::Stopped);
        }
        for row in &rows {
            out.clear();
            let taken = match &row.input {
                Some(input) => engine.handle(row.at, input.clone(), &mut out),
                None => {
                    engine.advance_to(row.at, &mut out);
                    Ok(())
                }
            };
            digest = digest.then(&out);
            if digest.0 != row.outputs {
                return Err(ReplayError::Differs(Box::new(Difference {
                    row: row.clone(),
                    said: out.to_vec(),
                    digest: digest.0,
                })));
            }
            if all.rows == 0 {
                all.from = row.at;
            }
            all.rows += 1;
            all.inputs += u64::from(row.input.is_some());
            all.refused += u64::from(taken.is_err());
            all.to = row.at;
            seen(Step {
                at: row.at,
                input: row.input.as_ref(),
                is_refused: taken.is_err(),
                said: &out,
                policy: engine.policy(),
            });
        }
    }
    all.in_hand = engine.n_calls();
    all.digest = digest;
    Ok(all)
}

/// The engine before the first row.
fn engine_of(header: &Header) -> Result<Engine, ReplayError> {
    if header.behaviour_version != BEHAVIOUR_VERSION {
        return Err(ReplayError::OtherBehaviour {
            found: header.behaviour_version,
            engine: header.engine.clone(),
        });
    }
    match &header.snapshot {
        Some(snapshot) => Engine::restore(snapshot.clone()).map_err(ReplayError::Snapshot),
        None => Engine::new(header.policy.clone()).map_err(ReplayError::Policy),
    }
}
