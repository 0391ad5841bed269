//! What single events do to the tallies, worked out by hand.

use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use engine::input::AgentStatus;
use engine::output::{Announced, CallbackFailure, Event, OfferEnd, Output, Refusal, Stage, What};
use engine::policy::RetryAfter;
use engine::time::Timestamp;
use reports::measures::{Measure, Part};
use reports::record::{
    Anomaly, ConservationError, Outcome, Recorder, RecorderOptions, Replication, TrueAvailability,
};

const S: u64 = 1_000_000;

fn at(seconds: f64) -> Timestamp {
    Timestamp((seconds * 1e6) as u64)
}

/// Counts arrivals from 100 s to 1000 s.
fn recorder() -> Recorder {
    Recorder::new(options())
}

fn options() -> RecorderOptions {
    RecorderOptions {
        n_queues: 2,
        calls_csv: true,
        retry_after: vec![RetryAfter::default(); 2].into(),
        ..RecorderOptions::new(at(100.0), at(1000.0))
    }
}

fn event(recorder: &mut Recorder, seconds: f64, event: Event) {
    recorder.outputs(&[Output {
        at: at(seconds),
        what: What::Event(event),
    }]);
}

fn arrives(recorder: &mut Recorder, seconds: f64, call: u64) {
    arrives_as(recorder, seconds, call, true);
}

fn arrives_as(recorder: &mut Recorder, seconds: f64, call: u64, queued: bool) {
    event(
        recorder,
        seconds,
        Event::CallArrived {
            call: CallId(call),
            caller: CallerKey(call),
            queue: QueueId(0),
            class: ClassId(0),
            queued,
        },
    );
}

fn waits(recorder: &mut Recorder, seconds: f64, call: u64) {
    arrives(recorder, seconds, call);
    let (call, queue) = (CallId(call), QueueId(0));
    event(recorder, seconds, Event::CallQueued { call, queue });
}

fn offered(recorder: &mut Recorder, seconds: f64, call: u64, offer: OfferId, attempt: u16) {
    event(
        recorder,
        seconds,
        Event::OfferMade {
            offer,
            call: CallId(call),
            attempt,
            at_arrival: false,
            eligible_since: at(seconds - 3.0),
            free_since: at(seconds - 1.0),
        },
    );
}

fn connected(recorder: &mut Recorder, seconds: f64, call: u64, waited: f64) {
    connected_as(recorder, seconds, call, waited, false);
}

fn connected_as(recorder: &mut Recorder, seconds: f64, call: u64, waited: f64, callback: bool) {
    connected_ahead(recorder, seconds, call, waited, callback, false);
}

/// Connected, and another should have been.
fn connected_ahead(
    recorder: &mut Recorder,
    seconds: f64,
    call: u64,
    waited: f64,
    callback: bool,
    inversion: bool,
) {
    event(
        recorder,
        seconds,
        Event::CallConnected {
            call: CallId(call),
            agent: AgentId(0),
            attempts: 1,
            waited: (waited * 1e6) as u64,
            callback,
            inversion,
        },
    );
}

fn ended(recorder: &mut Recorder, seconds: f64, call: u64, talked: u64) {
    event(
        recorder,
        seconds,
        Event::CallEnded {
            call: CallId(call),
            agent: AgentId(0),
            talked: talked * S,
        },
    );
}

fn hangs_up(recorder: &mut Recorder, seconds: f64, call: u64, stage: Stage, waited: f64) {
    event(
        recorder,
        seconds,
        Event::CallAbandoned {
            call: CallId(call),
            stage,
            waited: (waited * 1e6) as u64,
        },
    );
}

/// A measure of this one replication, to nine digits.
fn value(replication: &Replication, id: &str) -> Option<f64> {
    let measure = Measure::named(id).expect("a known measure");
    let estimate = measure.estimate(std::slice::from_ref(replication), Part::Whole)?;
    Some((estimate.point * 1e9).round() / 1e9)
}

fn offer(number: u64) -> OfferId {
    OfferId::new(number, AgentId(0))
}

#[test]
fn calls_count_by_their_arrival_and_are_followed_beyond_the_horizon() {
    let mut r = recorder();
    waits(&mut r, 99.0, 0);
    waits(&mut r, 100.0, 1);
    connected(&mut r, 105.0, 0, 6.0);
    ended(&mut r, 120.0, 0, 15);
    waits(&mut r, 999.0, 2);
    waits(&mut r, 1000.0, 3);
    connected(&mut r, 1010.0, 2, 11.0);
    hangs_up(&mut r, 1015.0, 1, Stage::Waiting, 915.0);
    hangs_up(&mut r, 1020.0, 3, Stage::Waiting, 20.0);
    ended(&mut r, 1100.0, 2, 90);
    let replication = r.finish(at(1100.0));
    assert_eq!(replication.conservation, Ok(()));
    assert_eq!(value(&replication, "offered_calls"), Some(2.0));
    assert_eq!(value(&replication, "connection_rate"), Some(0.5));
    assert_eq!(value(&replication, "abandonment_rate"), Some(0.5));
    assert_eq!(value(&replication, "asa"), Some(11.0));
    assert_eq!(value(&replication, "mean_wait"), Some(463.0));
    // In line within the window: call 0 for 5 s, call 1 for 900 s, call 2 for 1 s.
    let mean = value(&replication, "queue_length_mean").unwrap();
    assert!((mean - 906.0 / 900.0).abs() < 1e-9, "{mean}");
    assert_eq!(value(&replication, "queue_length_max"), Some(2.0));
    assert_eq!(replication.rows.len(), 4);
    assert_eq!(replication.rows[2].wait, Some(11 * S));
    assert_eq!(replication.rows[2].talk, Some(90 * S));
}

#[test]
fn rows_and_the_series_tell_of_the_warm_up_too() {
    let mut recorder = Recorder::new(RecorderOptions {
        series_step: Some(100 * S),
        ..options()
    });
    arrives(&mut recorder, 10.0, 0);
    connected(&mut recorder, 14.0, 0, 4.0);
    ended(&mut recorder, 40.0, 0, 26);
    waits(&mut recorder, 20.0, 1);
    hangs_up(&mut recorder, 28.0, 1, Stage::Waiting, 8.0);
    let run = recorder.finish(at(1000.0));
    let waits: Vec<_> = run.rows.iter().map(|row| row.wait).collect();
    assert_eq!(waits, [Some(4 * S), Some(8 * S)]);
    let first = run.series.bins[0];
    assert_eq!((first.connected, first.abandoned), (1, 1));
    assert_eq!(first.wait_sum, 12 * S);
    // ... which counts for nothing else.
    assert_eq!(run.total.counts.offered, 0);
}

#[test]
fn every_connection_ahead_of_a_higher_score_is_an_inversion() {
    let mut r = recorder();
    for call in 0..3 {
        waits(&mut r, 110.0, call);
    }
    connected(&mut r, 120.0, 0, 10.0);
    ended(&mut r, 121.0, 0, 1);
    connected_ahead(&mut r, 122.0, 2, 12.0, false, true);
    ended(&mut r, 123.0, 2, 1);
    connected(&mut r, 124.0, 1, 14.0);
    ended(&mut r, 125.0, 1, 1);
    let replication = r.finish(at(200.0));
    assert_eq!(value(&replication, "priority_inversions"), Some(1.0));
}

#[test]
fn the_service_levels_differ_at_the_threshold_itself() {
    let mut r = recorder();
    // Waits of 19, 20 and 21 s connected; 20 s and 2 s abandoned. T = 20 s.
    for (call, wait) in [(0, 19.0), (1, 20.0), (2, 21.0)] {
        waits(&mut r, 200.0, call);
        connected(&mut r, 200.0 + wait, call, wait);
        ended(&mut r, 200.0 + wait, call, 0);
    }
    for (call, wait) in [(3, 20.0), (4, 2.0)] {
        waits(&mut r, 300.0, call);
        hangs_up(&mut r, 300.0 + wait, call, Stage::Waiting, wait);
    }
    let replication = r.finish(at(1000.0));
    let close = |id: &str, expected: f64| {
        let value = value(&replication, id).unwrap();
        assert!((value - expected).abs() < 1e-9, "{id} {value}");
    };
    close("service_level", 2.0 / 3.0);
    close("service_level_offered", 2.0 / 5.0);
    close("service_level_strict", 1.0 / 4.0);
    close("connected_within_threshold", 2.0);
    close("abandonment_rate_net", 1.0 / 4.0);
    close("wait_probability", 1.0);
}

#[test]
fn an_offer_that_rings_has_its_latency_from_both_being_free() {
    let mut r = recorder();
    waits(&mut r, 200.0, 0);
    let truth = TrueAvailability {
        wants_work: true,
        present: false,
        device_up: true,
    };
    r.true_availability(at(0.0), AgentId(0), truth);
    offered(&mut r, 210.0, 0, offer(0), 1);
    event(&mut r, 210.5, Event::OfferRang { offer: offer(0) });
    let end = OfferEnd::Expired;
    let call = CallId(0);
    let missed = offer(0);
    event(
        &mut r,
        225.5,
        Event::OfferEnded {
            offer: missed,
            call,
            end,
        },
    );
    r.true_availability(
        at(226.0),
        AgentId(0),
        TrueAvailability {
            present: true,
            ..truth
        },
    );
    offered(&mut r, 230.0, 0, offer(1), 2);
    event(&mut r, 230.25, Event::OfferRang { offer: offer(1) });
    event(
        &mut r,
        233.0,
        Event::OfferAnswered {
            offer: offer(1),
            call,
        },
    );
    connected(&mut r, 233.5, 0, 33.5);
    ended(&mut r, 240.0, 0, 6);
    let replication = r.finish(at(1000.0));
    assert_eq!(value(&replication, "assignment_latency_max"), Some(1.5));
    assert_eq!(value(&replication, "assignment_decide"), Some(1.0));
    assert_eq!(value(&replication, "assignment_carrier"), Some(0.375));
    assert_eq!(value(&replication, "answer_delay"), Some(22.5));
    assert_eq!(value(&replication, "dead_air"), Some(0.5));
    assert_eq!(value(&replication, "fallback_rate"), Some(1.0));
    assert_eq!(value(&replication, "offer_reach_rate"), Some(0.5));
    assert_eq!(replication.rows[0].assignment_latency, Some(1_250_000));
}

#[test]
fn estimates_are_paired_with_what_happened_and_silence_is_counted() {
    let mut r = recorder();
    let announce = |point: u64| Announced {
        point: point * S,
        p50: point * S / 2,
        p90: point * S * 2,
    };
    for call in 0..2 {
        waits(&mut r, 200.0, call);
    }
    for (seconds, point) in [(200.0, 100), (240.0, 20)] {
        event(
            &mut r,
            seconds,
            Event::EstimateAnnounced {
                call: CallId(0),
                position: 1,
                estimate: Some(announce(point)),
            },
        );
    }
    event(
        &mut r,
        241.0,
        Event::EstimateAnnounced {
            call: CallId(1),
            position: 1,
            estimate: None,
        },
    );
    // 60 s remained from the first, 20 s from the second announcement.
    for call in 0..2 {
        connected(&mut r, 260.0, call, 60.0);
        ended(&mut r, 300.0, call, 40);
    }
    let replication = r.finish(at(1000.0));
    assert_eq!(value(&replication, "estimate_within_30s"), Some(0.0));
    assert_eq!(value(&replication, "estimate_bias"), Some(40.0));
    assert_eq!(value(&replication, "estimate_coverage"), Some(1.0));
    assert_eq!(value(&replication, "estimate_announced_rate"), Some(0.5));
    assert_eq!(value(&replication, "estimate_within_30s_all"), Some(0.5));
    assert_eq!(value(&replication, "estimate_mae_all"), Some(20.0));
    assert_eq!(replication.rows[0].estimate, Some(100 * S));
    assert_eq!(replication.told, [], "nobody asked for it");
}

#[test]
fn what_callers_were_told_is_kept_with_what_remained_of_their_waits() {
    let mut r = Recorder::new(RecorderOptions {
        told: true,
        ..options()
    });
    let told = |r: &mut Recorder, seconds: f64, call: u64, position: u32, point: Option<u64>| {
        let call = CallId(call);
        let estimate = point.map(|point| engine::output::Announced {
            point: point * S,
            p50: point * S,
            p90: point * S,
        });
        let event_of = Event::EstimateAnnounced {
            call,
            position,
            estimate,
        };
        event(r, seconds, event_of);
    };
    // The first comes in the warm-up, the third hangs up, the fourth hears nothing.
    for (call, seconds) in [(0, 50.0), (1, 200.0), (2, 210.0), (3, 220.0)] {
        arrives(&mut r, seconds, call);
        let (call, queue) = (CallId(call), QueueId(0));
        event(&mut r, seconds, Event::CallQueued { call, queue });
    }
    told(&mut r, 60.0, 0, 1, Some(10));
    told(&mut r, 200.0, 1, 2, None);
    told(&mut r, 230.0, 1, 1, Some(40));
    told(&mut r, 230.0, 2, 2, Some(50));
    connected(&mut r, 240.0, 0, 190.0);
    let waited = 30 * S;
    let (call, stage) = (CallId(2), engine::output::Stage::Waiting);
    event(
        &mut r,
        240.0,
        Event::CallAbandoned {
            call,
            stage,
            waited,
        },
    );
    connected(&mut r, 250.0, 1, 50.0);
    connected(&mut r, 260.0, 3, 40.0);
    for call in [0, 1, 3] {
        ended(&mut r, 300.0, call, 40);
    }
    let told = r.finish(at(1000.0)).told;
    let calls: Vec<(u64, usize)> = told.iter().map(|t| (t.call.0, t.said.len())).collect();
    assert_eq!(calls, [(1, 2), (3, 0)]);
    let [silent, spoken] = told[0].said[..] else {
        panic!("two");
    };
    assert_eq!((silent.position, silent.estimate), (2, None));
    assert_eq!(spoken.estimate.map(|said| said.point), Some(40 * S));
    assert_eq!(told[0].remained(&spoken), 20 * S);
    assert_eq!((told[0].arrived, told[0].connected), (at(200.0), at(250.0)));
}

#[test]
fn where_nothing_can_be_announced_there_is_no_rate_of_announcing() {
    let with = |silent: [bool; 2], queued: bool| {
        let mut r = Recorder::new(RecorderOptions {
            silent: silent.into(),
            ..options()
        });
        arrives_as(&mut r, 200.0, 0, queued);
        let (call, queue) = (CallId(0), QueueId(0));
        event(&mut r, 200.0, Event::CallQueued { call, queue });
        connected(&mut r, 260.0, 0, 60.0);
        ended(&mut r, 300.0, 0, 40);
        value(&r.finish(at(1000.0)), "estimate_announced_rate")
    };
    assert_eq!(with([false, true], true), Some(0.0));
    assert_eq!(with([true, false], true), None);
    // The legacy flow announces nothing.
    assert_eq!(with([false, false], false), None);
}

#[test]
fn agents_times_are_clipped_to_the_window() {
    let mut r = recorder();
    let agent = AgentId(0);
    let status = AgentStatus::Available;
    event(&mut r, 0.0, Event::AgentStatusSet { agent, status });
    event(&mut r, 0.0, Event::AgentIdle { agent });
    arrives(&mut r, 100.0, 0);
    offered(&mut r, 100.0, 0, offer(0), 1);
    connected(&mut r, 110.0, 0, 10.0);
    ended(&mut r, 410.0, 0, 300);
    event(&mut r, 410.0, Event::AgentWrapUp { agent });
    event(&mut r, 440.0, Event::AgentIdle { agent });
    let status = AgentStatus::Break(3);
    event(&mut r, 500.0, Event::AgentStatusSet { agent, status });
    let status = AgentStatus::Offline;
    event(&mut r, 600.0, Event::AgentStatusSet { agent, status });
    let replication = r.finish(at(1000.0));
    let times = replication.agents.times;
    // Open: 10 s asked and 60 s idle; break 100 s.
    assert_eq!(times.talking, 300 * S);
    assert_eq!(times.wrap_up, 30 * S);
    assert_eq!(times.open, 70 * S);
    assert_eq!(times.signed_in, 500 * S);
    assert_eq!(value(&replication, "occupancy"), Some(0.825));
    assert_eq!(value(&replication, "utilization"), Some(0.66));
    assert_eq!(value(&replication, "handled_per_agent_hour"), Some(7.2));
}

#[test]
fn availability_is_accurate_while_belief_and_truth_both_say_yes() {
    let mut r = recorder();
    let agent = AgentId(0);
    let there = TrueAvailability {
        wants_work: true,
        present: true,
        device_up: true,
    };
    r.true_availability(at(0.0), agent, there);
    let status = AgentStatus::Available;
    event(&mut r, 0.0, Event::AgentStatusSet { agent, status });
    event(&mut r, 0.0, Event::AgentAlive { agent, alive: true });
    let reachable = |reachable| Event::AgentReachable { agent, reachable };
    event(&mut r, 200.0, reachable(true));
    r.true_availability(
        at(600.0),
        agent,
        TrueAvailability {
            device_up: false,
            ..there
        },
    );
    event(&mut r, 650.0, reachable(false));
    let replication = r.finish(at(1000.0));
    let close = |id: &str, expected: f64| {
        let value = value(&replication, id).unwrap();
        assert!((value - expected).abs() < 1e-9, "{id} {value}");
    };
    // True from 100 to 600 s; believed by status to 1000 s, by device from 200 to 650 s.
    close("availability_accuracy_status", 500.0 / 900.0);
    close("availability_accuracy_heartbeat", 500.0 / 900.0);
    close("availability_accuracy_device", 400.0 / 550.0);
    close("availability_accuracy", 400.0 / 550.0);
}

#[test]
fn a_call_that_an_idle_agent_never_heard_of_is_overlooked() {
    let discovery = |idle_from: f64, missed: Option<bool>| {
        let mut r = recorder();
        let agent = AgentId(0);
        let status = AgentStatus::Available;
        r.agent_serves(at(0.0), agent, &[QueueId(0)]);
        let here = TrueAvailability {
            wants_work: true,
            present: true,
            device_up: true,
        };
        r.true_availability(at(0.0), agent, here);
        event(&mut r, 0.0, Event::AgentStatusSet { agent, status });
        // Another call is offered and declined, or talks until the agent is free again.
        arrives_as(&mut r, 150.0, 0, missed != Some(false));
        offered(&mut r, 150.0, 0, offer(0), 1);
        if missed.is_some() {
            let (call, end) = (CallId(0), OfferEnd::Unreachable);
            let offer = offer(0);
            event(&mut r, idle_from, Event::OfferEnded { offer, call, end });
            hangs_up(&mut r, idle_from, 0, Stage::Waiting, idle_from - 150.0);
        } else {
            connected(&mut r, 150.0, 0, 0.0);
            ended(&mut r, idle_from, 0, 0);
            event(&mut r, idle_from, Event::AgentIdle { agent });
        }
        waits(&mut r, 200.0, 1);
        hangs_up(&mut r, 210.0, 1, Stage::Waiting, 10.0);
        let replication = r.finish(at(1000.0));
        value(&replication, "discovery_rate")
    };
    assert_eq!(discovery(207.0, None), Some(0.5));
    assert_eq!(discovery(209.0, None), Some(1.0));
    // Unreachable: the agent rests for 60 s and is no match before.
    let queued = true;
    assert_eq!(discovery(160.0, Some(queued)), Some(1.0));
    assert_eq!(discovery(145.0 + 2.0, Some(queued)), Some(0.5));
    // Nobody rests after the legacy flow's attempt.
    assert_eq!(discovery(160.0, Some(!queued)), Some(0.5));
}

#[test]
fn an_agent_rests_after_a_claim_that_was_undone() {
    let discovery = |bridge_failed: f64| {
        let mut r = recorder();
        let agent = AgentId(0);
        let status = AgentStatus::Available;
        r.agent_serves(at(0.0), agent, &[QueueId(0)]);
        event(&mut r, 0.0, Event::AgentStatusSet { agent, status });
        event(&mut r, 0.0, Event::AgentAlive { agent, alive: true });
        let reachable = true;
        event(&mut r, 0.0, Event::AgentReachable { agent, reachable });
        arrives(&mut r, 150.0, 0);
        offered(&mut r, 150.0, 0, offer(0), 1);
        let (offer, call) = (offer(0), CallId(0));
        event(&mut r, bridge_failed, Event::ClaimUndone { offer, call });
        event(&mut r, bridge_failed, Event::AgentIdle { agent });
        hangs_up(&mut r, bridge_failed, 0, Stage::Waiting, 50.0);
        waits(&mut r, 200.0, 1);
        hangs_up(&mut r, 203.0, 1, Stage::Waiting, 3.0);
        value(&r.finish(at(1000.0)), "discovery_rate")
    };
    // 2 s after a failure, of the 3 s that the other call waited.
    assert_eq!(discovery(198.0), Some(0.5));
    assert_eq!(discovery(199.5), Some(1.0));
}

#[test]
fn what_was_heard_late_is_timed_as_it_truly_happened() {
    let latency = |late: bool| {
        let mut r = recorder();
        let agent = AgentId(0);
        waits(&mut r, 200.0, 0);
        // Idle at 209 s; rung, after a commit of 0.1 s, at 210.5 s; picked up at 214 s, bridged at
        // 215 s; each is heard of 0.25 s later, or at once.
        let hears = |r: &mut Recorder, truly: f64, what: Event| {
            let delay = if late { 0.25 } else { 0.0 };
            r.heard_late((delay * 1e6) as u64);
            event(r, truly + delay, what);
            r.heard_late(0);
        };
        hears(&mut r, 209.0, Event::AgentIdle { agent });
        let (call, rung) = (CallId(0), offer(0));
        r.store_commit(at(210.0), 100_000);
        event(
            &mut r,
            210.0,
            Event::OfferMade {
                offer: rung,
                call,
                attempt: 1,
                at_arrival: false,
                eligible_since: at(200.0),
                free_since: at(if late { 209.25 } else { 209.0 }),
            },
        );
        hears(&mut r, 210.5, Event::OfferRang { offer: rung });
        hears(&mut r, 214.0, Event::OfferAnswered { offer: rung, call });
        let inversion = false;
        hears(
            &mut r,
            215.0,
            Event::CallConnected {
                call,
                agent,
                attempts: 1,
                waited: 15 * S,
                callback: false,
                inversion,
            },
        );
        ended(&mut r, 300.0, 0, 85);
        let replication = r.finish(at(1000.0));
        [
            "assignment_latency_max",
            "assignment_decide",
            "assignment_commit",
            "assignment_carrier",
            "answer_delay",
            "dead_air",
        ]
        .map(|id| value(&replication, id).unwrap())
    };
    assert_eq!(latency(false), [1.5, 1.0, 0.1, 0.4, 3.5, 1.0]);
    assert_eq!(latency(true), latency(false));
}

#[test]
fn a_call_offered_in_the_step_that_freed_it_was_free_when_that_truly_happened() {
    let mut r = recorder();
    waits(&mut r, 200.0, 0);
    r.heard_late(2 * S);
    event(
        &mut r,
        210.0,
        Event::OfferMade {
            offer: offer(0),
            call: CallId(0),
            attempt: 1,
            at_arrival: false,
            eligible_since: at(210.0),
            free_since: at(150.0),
        },
    );
    r.heard_late(0);
    event(&mut r, 210.5, Event::OfferRang { offer: offer(0) });
    connected(&mut r, 212.0, 0, 12.0);
    ended(&mut r, 213.0, 0, 1);
    let latency = value(&r.finish(at(1000.0)), "assignment_latency_max");
    assert_eq!(latency, Some(2.5));
}

#[test]
fn falling_back_counts_of_the_same_calls_whether_they_are_called_back_or_not() {
    let mut r = recorder();
    // One is offered before its callback, one after, and one is served while it waits.
    for call in 0..3 {
        waits(&mut r, 200.0, call);
        let is_asked_first = call != 1;
        let missed = OfferId::new(call, AgentId(0));
        let fails = |r: &mut Recorder, seconds: f64| {
            offered(r, seconds, call, missed, 1);
            let (offer, call, end) = (missed, CallId(call), OfferEnd::Expired);
            event(r, seconds + 15.0, Event::OfferEnded { offer, call, end });
        };
        if is_asked_first {
            fails(&mut r, 210.0);
        }
        if call < 2 {
            event(&mut r, 300.0, Event::CallbackTaken { call: CallId(call) });
        }
        if !is_asked_first {
            fails(&mut r, 320.0);
        }
    }
    for call in 0..3 {
        connected_as(&mut r, 500.0, call, 300.0, call < 2);
        ended(&mut r, 600.0, call, 100);
    }
    let replication = r.finish(at(1000.0));
    assert_eq!(replication.conservation, Ok(()));
    assert_eq!(value(&replication, "fallback_rate"), Some(1.0));
}

#[test]
fn a_refused_call_that_reaches_the_greeting_has_the_greetings_outcome() {
    let mut r = recorder();
    for call in 0..3 {
        let call = CallId(call);
        arrives_as(&mut r, 200.0, call.0, false);
        let reason = Refusal::Full;
        event(&mut r, 200.0, Event::CallRefused { call, reason });
    }
    for call in [1, 2] {
        let call = CallId(call);
        event(&mut r, 200.0, Event::VoicemailStarted { call });
    }
    event(&mut r, 220.0, Event::VoicemailTaken { call: CallId(1) });
    hangs_up(&mut r, 230.0, 2, Stage::Voicemail, 30.0);
    r.refused_no_line(at(240.0), QueueId(1), ClassId(0), true);
    let replication = r.finish(at(1000.0));
    let count = |outcome| replication.total.outcomes.count(outcome);
    assert_eq!(replication.conservation, Ok(()));
    assert_eq!(count(Outcome::RefusedFull), 1);
    assert_eq!(count(Outcome::Voicemail), 1);
    assert_eq!(count(Outcome::Abandoned), 1);
    assert_eq!(count(Outcome::RefusedNoLine), 1);
    assert_eq!(value(&replication, "refused_calls"), Some(2.0));
    assert_eq!(value(&replication, "offered_callers"), Some(3.0));
    assert_eq!(replication.by_queue[1].counts.offered, 1);
}

#[test]
fn whom_we_take_out_of_the_line_is_dropped_whatever_comes_then() {
    let mut r = recorder();
    let voicemail = |call| Event::VoicemailStarted { call: CallId(call) };
    // At the maximum wait to the voicemail: one leaves a message, one hangs up at the greeting, one
    // is ended there.
    for call in 0..3 {
        waits(&mut r, 200.0, call);
        event(&mut r, 260.0, voicemail(call));
    }
    event(&mut r, 280.0, Event::VoicemailTaken { call: CallId(0) });
    hangs_up(&mut r, 281.0, 1, Stage::Voicemail, 81.0);
    event(&mut r, 282.0, Event::CallFailed { call: CallId(2) });
    // Offered at once, so that it never queued in its arrival step, and then its queue closed.
    arrives(&mut r, 300.0, 3);
    offered(&mut r, 300.0, 3, offer(0), 1);
    let reason = Refusal::Closed;
    let call = CallId(3);
    event(&mut r, 360.0, Event::CallRefused { call, reason });
    // Waited, and its queue closed: refused, then the greeting after all.
    waits(&mut r, 400.0, 4);
    let call = CallId(4);
    event(&mut r, 460.0, Event::CallRefused { call, reason });
    event(&mut r, 460.0, voicemail(4));
    event(&mut r, 480.0, Event::VoicemailTaken { call });
    // At the maximum wait, ended.
    waits(&mut r, 500.0, 5);
    let (call, waited) = (CallId(5), 60 * S);
    event(&mut r, 560.0, Event::CallTimedOut { call, waited });
    let dropped = 6.0;
    // Not dropped: never let in, hung up by themselves, and the one attempt of the legacy flow.
    arrives(&mut r, 600.0, 6);
    event(&mut r, 600.0, voicemail(6));
    event(&mut r, 620.0, Event::VoicemailTaken { call: CallId(6) });
    arrives(&mut r, 600.0, 7);
    let call = CallId(7);
    event(&mut r, 600.0, Event::CallRefused { call, reason });
    waits(&mut r, 600.0, 8);
    hangs_up(&mut r, 660.0, 8, Stage::Waiting, 60.0);
    arrives_as(&mut r, 600.0, 9, false);
    offered(&mut r, 600.0, 9, offer(1), 1);
    event(&mut r, 620.0, voicemail(9));
    event(&mut r, 640.0, Event::VoicemailTaken { call: CallId(9) });

    let replication = r.finish(at(1000.0));
    assert_eq!(replication.conservation, Ok(()));
    assert_eq!(value(&replication, "offered_calls"), Some(10.0));
    assert_eq!(value(&replication, "dropped_calls"), Some(dropped));
    assert_eq!(value(&replication, "timed_out_calls"), Some(1.0));
}

#[test]
fn a_callback_is_one_outcome_and_then_comes_to_an_end() {
    let mut r = recorder();
    for call in 0..3 {
        waits(&mut r, 200.0, call);
        event(&mut r, 300.0, Event::CallbackTaken { call: CallId(call) });
    }
    connected_as(&mut r, 500.0, 0, 300.0, true);
    ended(&mut r, 600.0, 0, 100);
    let why = CallbackFailure::Unreached;
    event(
        &mut r,
        700.0,
        Event::CallbackFailed {
            call: CallId(1),
            why,
        },
    );
    hangs_up(&mut r, 800.0, 2, Stage::Callback, 600.0);
    let replication = r.finish(at(1000.0));
    assert_eq!(replication.conservation, Ok(()));
    let count = |outcome| replication.total.outcomes.count(outcome);
    assert_eq!(count(Outcome::Callback), 3);
    assert_eq!(count(Outcome::CallbackConnected), 1);
    assert_eq!(count(Outcome::CallbackFailed), 2);
    assert_eq!(count(Outcome::Connected), 0);
    let reach = value(&replication, "reach_rate").unwrap();
    assert!((reach - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(value(&replication, "mean_wait"), None);
    assert_eq!(replication.rows[2].outcome, Some(Outcome::CallbackFailed));
}

#[test]
fn conservation_names_what_is_missing() {
    let broken = |drop: usize| {
        let mut r = recorder();
        let steps: [&dyn Fn(&mut Recorder); 5] = [
            &|r| waits(r, 200.0, 0),
            &|r| connected(r, 210.0, 0, 10.0),
            &|r| ended(r, 250.0, 0, 40),
            &|r| waits(r, 300.0, 1),
            &|r| hangs_up(r, 320.0, 1, Stage::Waiting, 20.0),
        ];
        for (index, step) in steps.iter().enumerate() {
            if index != drop {
                step(&mut r);
            }
        }
        r.finish(at(1000.0)).conservation
    };
    let anomaly = |anomaly| Err(ConservationError::Anomaly(anomaly));
    assert_eq!(broken(0), anomaly(Anomaly::UnknownCall(CallId(0))));
    assert_eq!(broken(1), anomaly(Anomaly::WrongPhase(CallId(0))));
    assert_eq!(
        broken(2),
        Err(ConservationError::StillTalking {
            calls: 1,
            example: CallId(0)
        })
    );
    assert_eq!(broken(3), anomaly(Anomaly::UnknownCall(CallId(1))));
    assert_eq!(
        broken(4),
        Err(ConservationError::Unsettled {
            offered: 2,
            settled: 1,
            example: Some(CallId(1))
        })
    );
    assert_eq!(broken(9), Ok(()));
    assert_eq!(
        broken(4).unwrap_err().to_string(),
        "2 calls were offered but 1 outcomes were counted, a difference of 1 (for example call 1)"
    );
}

#[test]
fn an_outcome_is_not_given_twice() {
    let mut r = recorder();
    waits(&mut r, 200.0, 0);
    hangs_up(&mut r, 220.0, 0, Stage::Waiting, 20.0);
    hangs_up(&mut r, 221.0, 0, Stage::Waiting, 21.0);
    let replication = r.finish(at(1000.0));
    let twice = Anomaly::SettledTwice(CallId(0), Outcome::Abandoned);
    assert_eq!(
        replication.conservation,
        Err(ConservationError::Anomaly(twice))
    );
    assert_eq!(replication.total.outcomes.count(Outcome::Abandoned), 1);
}
