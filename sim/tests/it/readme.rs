//! The figures of the README are what its scenarios print.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::render::report_json;
use serde_json::Value;
use sim::experiment::{Control, Options, run};
use sim::scenario::Scenario;
use sim::world::Checks;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A scenario of the plan, run as it is.
struct Plan(Value);

impl Plan {
    fn run(name: &str) -> Plan {
        let path = root().join(format!("scenarios/plan/{name}.yaml"));
        let scenario =
            Scenario::read(&path, &Overrides::new()).unwrap_or_else(|errors| panic!("{errors}"));
        let options = Options {
            threads: 2,
            rows: false,
            checks: Checks::default(),
            command: String::new(),
        };
        let control = Control {
            stop: &AtomicBool::new(false),
            progress: &|_, _| {},
        };
        let report = run(&scenario, &options, &control).unwrap().report;
        Plan(serde_json::from_str(&report_json(&report)).unwrap())
    }

    /// A measure's mean; `None` when nothing was measured.
    fn mean(&self, id: &str) -> Option<f64> {
        self.0["measures"][id]["mean"].as_f64()
    }

    /// The first gate on a measure: on its value, or on its lift over another policy.
    fn gate(&self, id: &str, is_lift: bool) -> Gate<'_> {
        let gates = self.0["gates"].as_array().unwrap();
        let is_it = |gate: &&Value| gate["measure"] == id && gate["over"].is_string() == is_lift;
        let gate = gates.iter().find(is_it);
        let gate = gate.unwrap_or_else(|| panic!("{}: no gate on {id}", self.0["scenario"]));
        let place = gates.iter().position(|other| other == gate).unwrap();
        Gate {
            gate,
            ideal: self.0["ideal"]["gates"][place].as_f64(),
        }
    }

    fn value(&self, id: &str) -> Gate<'_> {
        self.gate(id, false)
    }

    fn lift(&self, id: &str) -> Gate<'_> {
        self.gate(id, true)
    }
}

struct Gate<'a> {
    gate: &'a Value,
    ideal: Option<f64>,
}

impl Gate<'_> {
    fn of(&self, key: &str) -> f64 {
        self.gate[key].as_f64().unwrap()
    }

    fn is_lift(&self) -> bool {
        self.gate["over"].is_string()
    }

    /// `78.9 %`, or `+9.1 %` of a lift.
    fn share(&self, value: f64) -> String {
        let sign = if self.is_lift() && value > 0.0 {
            "+"
        } else {
            ""
        };
        format!("{sign}{} %", percent(value))
    }

    fn short(&self) -> String {
        self.share(self.of("estimate")).replace("100.0 %", "100 %")
    }

    fn with_interval(&self) -> String {
        let (lower, upper) = (percent(self.of("lower")), percent(self.of("upper")));
        match lower == upper {
            true => self.short(),
            false => format!("{} ({lower}–{upper})", self.share(self.of("estimate"))),
        }
    }

    fn seconds(&self) -> String {
        seconds(self.of("estimate"))
    }

    fn count(&self) -> String {
        format!("{}", self.of("estimate"))
    }

    fn latency(&self) -> String {
        format!("{:.0} ms", self.of("estimate") * 1e3)
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

/// Three figures, as the terminal shows them.
fn seconds(span: f64) -> String {
    if span < 1.0 {
        format!("{span:.2} s")
    } else {
        format!("{span:.1} s")
    }
}

/// The row of the phase in the first table, from its second cell on.
fn phase_row(plan: &Plan) -> Vec<String> {
    let share = |id: &str| {
        let share = plan.mean(id);
        share.map_or("–".to_owned(), |share| format!("{} %", percent(share)))
    };
    let connected = &plan.0["measures"]["connection_rate"];
    let of = |figure: &str| percent(connected[figure].as_f64().unwrap());
    vec![
        format!("{} % ({}–{})", of("mean"), of("lower"), of("upper")),
        share("abandonment_rate"),
        seconds(plan.mean("mean_wait").unwrap()),
        share("offer_reach_rate"),
        seconds(plan.mean("assignment_latency_p99").unwrap()),
        share("estimate_within_30s"),
    ]
}

/// A row of the targets: how it begins, what was measured, and the gates that it is about; the ideal of
/// the first stands in the row.
struct Target<'a> {
    start: &'static str,
    measured: String,
    gates: Vec<Gate<'a>>,
}

impl<'a> Target<'a> {
    fn new(start: &'static str, gates: Vec<Gate<'a>>, shown: fn(&Gate<'a>) -> String) -> Self {
        let measured: Vec<String> = gates.iter().map(shown).collect();
        Target {
            start,
            measured: measured.join(", "),
            gates,
        }
    }

    fn one(start: &'static str, gate: Gate<'a>) -> Self {
        Target::new(start, vec![gate], Gate::with_interval)
    }

    fn check(&self, readme: &str) {
        let gate = &self.gates[0];
        let ideal = match gate.ideal {
            None => String::new(),
            Some(ideal) if gate.gate["measure"] == "mean_wait" => seconds(ideal),
            Some(ideal) => gate.share(ideal),
        };
        assert_row(readme, self.start, &[self.measured.clone(), ideal]);
        let row = readme.lines().find(|line| line.starts_with(self.start));
        let said = row
            .and_then(|row| row.rsplit('|').nth(1))
            .unwrap_or("")
            .trim();
        let holds = self.gates.iter().all(|gate| gate.gate["verdict"] == "pass");
        let verdict = if holds { "pass" } else { "**fail" };
        assert!(said.starts_with(verdict), "{}: {said}", self.start);
    }
}

fn assert_row(readme: &str, start: &str, expected: &[String]) {
    let row = readme.lines().find(|line| line.starts_with(start));
    let row = row.unwrap_or_else(|| panic!("no row begins with {start}"));
    let cells: Vec<&str> = row[start.len()..].split('|').map(str::trim).collect();
    assert_eq!(cells[..expected.len()], *expected, "{row}");
}

/// The lines of the first page's sample stand in what the command prints.
#[test]
fn the_first_page_shows_what_the_first_command_prints() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let sample = readme
        .split("\n```\n")
        .find(|part| part.starts_with("plan-phase-3: "));
    let sample = sample.expect("a sample of the first command");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_linefinder"))
        .args(["run", "scenarios/plan/phase-3.yaml"])
        .current_dir(root())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let lines = sample
        .lines()
        .filter(|line| !line.is_empty() && *line != "...");
    let mut n = 0;
    for line in lines {
        assert!(
            printed.lines().any(|own| own.trim_end() == line),
            "`{line}` is not in\n{printed}"
        );
        n += 1;
    }
    assert!(n >= 9, "{sample}");
}

#[test]
fn what_the_plans_phases_do_is_what_they_print() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let [legacy, first, second, third, fourth] =
        ["legacy", "phase-1", "phase-2", "phase-3", "phase-4"].map(Plan::run);
    for (label, plan) in [
        ("| legacy: one attempt |", &legacy),
        ("| phase 1: heartbeats, devices |", &first),
        ("| phase 2: queue, 10 s poll |", &second),
        ("| phase 3: events, fallback, breakers |", &third),
        (
            "| phase 4: priorities, callbacks, two phones rung at once |",
            &fourth,
        ),
    ] {
        assert_row(&readme, label, &phase_row(plan));
    }
    let [overload, busy, callbacks] = ["estimates", "phase-4-busy", "callbacks"].map(Plan::run);
    let drops = "dropped_calls";
    let lost = "abandonment_rate";
    for target in [
        Target::one(
            "| legacy | connected 78 to 80 % |",
            legacy.value("connection_rate"),
        ),
        Target::new(
            "| 1 | availability known > 95 % |",
            vec![first.value("availability_accuracy")],
            Gate::short,
        ),
        Target::one("| 1 | abandoned falls by 30 % |", first.lift(lost)),
        Target::new(
            "| 1 | response latency not worse |",
            vec![first.value("added_response_latency_p99")],
            Gate::latency,
        ),
        Target::new(
            "| 2 | no dropped calls |",
            vec![second.value(drops)],
            Gate::count,
        ),
        Target::new(
            "| 2 | estimates within 30 s, 90 %; announced to 95 % |",
            vec![
                second.value("estimate_within_30s"),
                second.value("estimate_announced_rate"),
            ],
            Gate::short,
        ),
        Target::new(
            "| 2 | the same through an hour's overload (`estimates.yaml`) |",
            vec![
                overload.value("estimate_within_30s"),
                overload.value("estimate_announced_rate"),
            ],
            Gate::with_interval,
        ),
        Target::one("| 2 | abandoned falls by 30 % |", second.lift(lost)),
        Target::new(
            "| 3 | discovery > 99 %, fallback > 80 % |",
            vec![third.value("discovery_rate"), third.value("fallback_rate")],
            Gate::short,
        ),
        Target::new(
            "| 3 | assignment latency p99 < 2 s |",
            vec![third.value("assignment_latency_p99")],
            Gate::seconds,
        ),
        Target::new(
            "| 3 | no rescues, no drops |",
            vec![third.value("rescues"), third.value(drops)],
            Gate::count,
        ),
        Target::one("| 3 | abandoned < 10 % |", third.value(lost)),
        Target::new(
            "| 4 | no priority inversions, no drops |",
            vec![fourth.value("priority_inversions"), fourth.value(drops)],
            Gate::count,
        ),
        Target::one("| 4 | reached > 95 % |", fourth.value("reach_rate")),
        Target::one("| 4 | abandoned < 10 % |", fourth.value(lost)),
        Target::new(
            "| 4 | mean wait < 2 min |",
            vec![fourth.value("mean_wait")],
            Gate::seconds,
        ),
        Target::new(
            "| 4 | uptime > 99.9 % |",
            vec![fourth.value("uptime")],
            Gate::short,
        ),
        Target::new(
            "| 4 | added latency < 500 ms |",
            vec![fourth.value("added_response_latency_p99")],
            Gate::latency,
        ),
        Target::one(
            "| 4 | handled per agent hour +15 % over legacy |",
            fourth.lift("handled_per_agent_hour"),
        ),
        Target::one(
            "| 4 | utilization +15 % over legacy |",
            fourth.lift("utilization"),
        ),
        Target::one("| 4 | revenue +20 % over legacy |", fourth.lift("revenue")),
        Target::one(
            "| 4 | load balancing lowers the spread of occupancy |",
            fourth.lift("occupancy_spread"),
        ),
        Target::one(
            "| 4 | reached > 95 % with 15 % more calls (`phase-4-busy.yaml`) |",
            busy.value("reach_rate"),
        ),
        Target::one(
            "| 4 | callbacks cut abandonment (`callbacks.yaml`, an hour's overload) |",
            callbacks.lift(lost),
        ),
    ] {
        target.check(&readme);
    }
}
