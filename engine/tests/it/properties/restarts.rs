//! Where in a run the engine is written down and read back, and in which form.

use std::collections::BTreeMap;

use engine::{Engine, Snapshot};

/// A form of a written snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Names its fields.
    Json,
    /// Bytes that only their reader can tell apart.
    Postcard,
}

/// The inputs before which the engine is restored.
#[derive(Default)]
pub struct Restarts(BTreeMap<usize, Form>);

impl Restarts {
    /// At `places`, one form after the other.
    pub fn alternating(places: impl Iterator<Item = usize>, json_first: bool) -> Self {
        let forms = [Form::Postcard, Form::Json];
        let form = |k| forms[(k + usize::from(json_first)) % 2];
        Restarts(places.zip(0..).map(|(place, k)| (place, form(k))).collect())
    }

    /// The engine that takes input `i`.
    pub fn before(&self, i: usize, engine: Engine) -> Engine {
        match self.0.get(&i) {
            Some(form) => restarted(&engine, *form),
            None => engine,
        }
    }
}

/// The same engine, written down and read back.
pub fn restarted(engine: &Engine, form: Form) -> Engine {
    let snapshot = engine.snapshot();
    let read: Snapshot = match form {
        Form::Json => {
            let text = serde_json::to_string(&snapshot).expect("written");
            serde_json::from_str(&text).expect("read")
        }
        Form::Postcard => {
            let bytes = postcard::to_allocvec(&snapshot).expect("written");
            postcard::from_bytes(&bytes).expect("read")
        }
    };
    let restored = Engine::restore(read).expect("restored");
    assert_eq!(format!("{restored:?}"), format!("{engine:?}"));
    restored
}
