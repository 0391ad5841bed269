//! Policies, shares, callers' classes and opening hours.

use engine::Timestamp;
use engine::id::QueueId;
use engine::input::Input;
use engine::policy::{Feature, Share};
use jiff::tz::TimeZone;
use policy_file::{Hours, PolicyFile};

use super::people::said;
use super::{Core, STANDARD};
use crate::facts::{Refused, Taken, Treatment};
use crate::store::row::PolicyRow;

impl Core {
    pub(super) fn replace_policy(
        &mut self,
        at: Timestamp,
        file: &PolicyFile,
        text: String,
        author: String,
    ) -> Treatment {
        let bound = match file.bind(&self.book.names) {
            Ok(bound) => bound,
            Err(missing) => {
                let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
                let why = format!(
                    "{}: a queue that is known is kept, close it by its hours",
                    missing.join("; ")
                );
                return Treatment::Refused(Refused::Wrong(why));
            }
        };
        if let Err(refused) = self.input(at, Input::PolicyReplaced(Box::new(bound.policy.clone())))
        {
            return Treatment::Refused(said(refused));
        }
        self.book.names = bound.names.clone();
        self.policy = bound;
        self.n_policies += 1;
        self.policies.push(PolicyRow {
            id: self.n_policies,
            digest: file.digest(),
            text,
            at: self.wall(at),
            author,
            queues: list(&self.policy.names.queues),
            classes: list(&self.policy.names.classes),
        });
        self.next_hours = Some(at);
        self.keep_hours(at);
        Treatment::Taken(Taken::Done)
    }

    pub(super) fn set_share(
        &mut self,
        at: Timestamp,
        feature: Feature,
        share: Option<Share>,
    ) -> Treatment {
        let input = match share {
            Some(share) => Input::FeatureSet { feature, share },
            None => Input::FeatureCleared { feature },
        };
        match self.input(at, input) {
            Ok(()) => Treatment::Taken(Taken::Done),
            Err(refused) => Treatment::Refused(said(refused)),
        }
    }

    pub(super) fn set_class(&mut self, number: &str, class: Option<&str>) -> Treatment {
        if let Some(class) = class
            && self.book.names.class(class).is_none()
        {
            let why = format!(
                "no priority of the policy names the class `{class}`; `{STANDARD}` is everybody's"
            );
            return Treatment::Refused(Refused::Wrong(why));
        }
        self.book.set_class(number, class);
        Treatment::Taken(Taken::Done)
    }

    /// Opens and closes queues by their hours, each change at its own moment.
    pub(super) fn keep_hours(&mut self, at: Timestamp) {
        while let Some(due) = self.next_hours
            && due <= at
        {
            // A moment that is past is made good now: the engine's time does not run backwards.
            let moment = due.max(self.last);
            for place in 0..self.policy.hours.len() {
                let Some(hours) = &self.policy.hours[place] else {
                    continue;
                };
                let queue = QueueId(place as u16);
                let is_open = hours.is_open(self.local(hours, moment));
                let input = match is_open {
                    true => Input::QueueOpened { queue },
                    false => Input::QueueClosed { queue },
                };
                let known = self
                    .engine
                    .view(moment)
                    .queue(queue)
                    .map(|queue| queue.open);
                if known != Some(is_open) {
                    self.told(moment, input);
                }
            }
            let hours = self.policy.hours.iter().flatten();
            let next = hours.filter_map(|hours| self.next_change(hours, moment));
            self.next_hours = next.min().filter(|next| *next > moment);
        }
    }

    /// A moment on the clock of a queue's time zone.
    fn local(&self, hours: &Hours, at: Timestamp) -> jiff::civil::DateTime {
        let moment = jiff::Timestamp::from_microsecond(self.wall(at)).unwrap_or_default();
        zone(hours).to_datetime(moment)
    }

    fn next_change(&self, hours: &Hours, after: Timestamp) -> Option<Timestamp> {
        let local = hours.next_change(self.local(hours, after))?;
        let moment = zone(hours).to_timestamp(local).ok()?;
        let since = moment.as_microsecond().saturating_sub(self.started_at);
        // Where a clock is set back, the same local time comes twice.
        Some(Timestamp(u64::try_from(since).unwrap_or(0)).max(after.after(1)))
    }
}

fn zone(hours: &Hours) -> TimeZone {
    match &hours.timezone {
        Some(name) => TimeZone::get(name).unwrap_or(TimeZone::UTC),
        None => TimeZone::system(),
    }
}

/// Names as a JSON list.
pub(crate) fn list(names: &[String]) -> String {
    serde_json::to_string(names).expect("invariant: a list of names is written")
}
