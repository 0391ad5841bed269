//! What a view says: "why is this call not routed, and when can that change?", each reason once.

use core::fmt::Write;

use engine::estimate::Estimator;
use engine::policy::{Announce, BreakerPolicy, Discovery, Feature, Share, Treatment, Widen};
use engine::view::{
    AgentActivity, AgentView, Bar, BreakerView, CallState, CallView, DeviceState, QueueView, Why,
};
use engine::{Timestamp, View};
use expect_test::expect;

use super::read::Subject;
use super::write::{of_alert, of_breaker, of_estimate};
use super::{check, check_with, policy, secs};

/// The lines of a view, each beginning with `?`.
pub(super) fn write(view: &View<'_>, subject: Subject) -> String {
    let now = view.now();
    let mut text = String::new();
    match subject {
        Subject::Call(call) => match view.call(call) {
            Some(call) => of_call(&mut text, now, &call),
            None => writeln!(text, "{now} ? {call} is not in hand").expect("a string takes all"),
        },
        Subject::Agent(agent) => match view.agent(agent) {
            Some(agent) => of_agent(&mut text, now, &agent),
            None => writeln!(text, "{now} ? {agent} is unknown").expect("a string takes all"),
        },
        Subject::Queue(queue) => match view.queue(queue) {
            Some(queue) => of_queue(&mut text, now, &queue),
            None => writeln!(text, "{now} ? {queue} is unknown").expect("a string takes all"),
        },
        Subject::Carrier => {
            let carrier = view.carrier();
            let probing = if carrier.is_probing { ", probing" } else { "" };
            let breaker = breaker(&carrier.breaker);
            let leg = at("next leg", carrier.next_leg);
            writeln!(text, "{now} ? carrier {breaker}{probing}{leg}").expect("a string takes all");
        }
        Subject::Features => {
            for feature in view.features() {
                let percent = |share: Share| f64::from(share.0) / 100.0;
                let from = if feature.is_set { "set" } else { "policy" };
                let (name, share) = (feature.feature.key(), percent(feature.share));
                let policy = percent(feature.policy);
                if feature.is_set || feature.share > Share::NONE {
                    writeln!(text, "{now} ? {name} {share}% ({from}; policy {policy}%)")
                        .expect("a string takes all");
                }
            }
        }
        Subject::Alerts => {
            let alerts: Vec<String> = view.alerts().iter().map(|a| of_alert(*a)).collect();
            writeln!(text, "{now} ? alerts: {}", alerts.join(", ")).expect("a string takes all");
        }
    }
    text
}

fn at(what: &str, moment: Option<Timestamp>) -> String {
    moment.map_or(String::new(), |moment| format!(", {what} {moment}"))
}

fn breaker(breaker: &BreakerView) -> String {
    format!(
        "{}{}",
        of_breaker(breaker.state),
        at("until", breaker.until)
    )
}

fn of_call(text: &mut String, now: Timestamp, call: &CallView) {
    let state = match &call.state {
        CallState::Waiting => "waits".to_owned(),
        CallState::Resting => "rests".to_owned(),
        CallState::Ringing(offers) => {
            let offers: Vec<String> = offers.iter().map(ToString::to_string).collect();
            format!("rings ({})", offers.join(", "))
        }
        CallState::Claimed(agent) => format!("claimed by {agent}"),
        CallState::Talking(agent) => format!("with {agent}"),
        CallState::Voicemail => "at the greeting".to_owned(),
        CallState::OfferedCallback(until) => format!("offered a callback{}", at("until", *until)),
        CallState::CallbackWaiting => "waits for a callback".to_owned(),
        CallState::CallbackPaused => "is to be called back".to_owned(),
        CallState::CallbackPlacing(agent) => format!("is being called back for {agent}"),
        CallState::CallbackAnswered(agent) => format!("picked up for {agent}"),
    };
    let place = call
        .position
        .map_or(String::new(), |p| format!(", place {p}"));
    writeln!(
        text,
        "{now} ? {} in {} {state}{place}{} (waited {}, {:?}, attempts {}){}",
        call.call,
        call.queue,
        of_estimate(call.estimate),
        Timestamp(call.waited),
        call.demand,
        call.attempts,
        at("changes", call.changes_at),
    )
    .expect("a string takes all");
    for reason in &call.reasons {
        let what = match reason.why {
            Why::NotDue => "its callback is not due",
            Why::Exhausted => "it is exhausted",
            Why::NextScan => "it waits for a scan",
            Why::Pacing => "the carrier is paced",
            Why::CarrierOpen => "the carrier's breaker is open",
            Why::CarrierProbing => "the carrier is being probed",
            Why::NoAgents => "nobody works for its queue",
            Why::Agents(bar) => of_bar(bar),
            Why::FreeAgents => "free",
        };
        let agents = match reason.agents {
            0 => String::new(),
            n => format!("{n} x "),
        };
        let changes = at("until", reason.changes_at);
        writeln!(text, "{now} ?   {agents}{what}{changes}").expect("a string takes all");
    }
}

fn of_bar(bar: Bar) -> &'static str {
    match bar {
        Bar::SignedOut => "signed out",
        Bar::OnBreak => "on a break",
        Bar::OtherLevel => "of a level it has not widened to",
        Bar::Busy => "busy",
        Bar::NotAlive => "not alive",
        Bar::Unreachable => "unreachable",
        Bar::BreakerOpen => "breaker open",
        Bar::Resting => "resting after a missed offer",
    }
}

fn of_agent(text: &mut String, now: Timestamp, agent: &AgentView) {
    let activity = match agent.activity {
        AgentActivity::Idle => "idle".to_owned(),
        AgentActivity::Reserved { call, until } => {
            format!("reserved for {call}{}", at("until", until))
        }
        AgentActivity::Offered {
            offer,
            call,
            rings,
            until,
        } => {
            let rings = if rings { "rings" } else { "is being rung" };
            format!("{rings}: {offer} of {call}{}", at("until", until))
        }
        AgentActivity::Answered { offer, call, until } => {
            format!("answered {offer} of {call}{}", at("until", until))
        }
        AgentActivity::Talking { call, since } => format!("with {call}, since {since}"),
        AgentActivity::WrapUp { until } => format!("wrap-up{}", at("until", until)),
    };
    let device = match agent.device {
        DeviceState::Connected => "device connected".to_owned(),
        DeviceState::Grace { until } => format!("device in grace{}", at("until", until)),
        DeviceState::Unreachable => "no device".to_owned(),
    };
    let alive = agent.alive_until.map_or("not alive".to_owned(), |until| {
        format!("alive until {until}")
    });
    writeln!(
        text,
        "{now} ? {} {:?}, {activity}; {alive}, {device}, breaker {}{}; free for {:?}{}",
        agent.agent,
        agent.status,
        breaker(&agent.breaker),
        at("rests until", agent.rests_until),
        agent.free_for,
        at("since", agent.free_since),
    )
    .expect("a string takes all");
    for hindrance in &agent.hindrances {
        let until = at("until", hindrance.changes_at);
        writeln!(text, "{now} ?   {}{until}", of_bar(hindrance.bar)).expect("a string takes all");
    }
}

fn of_queue(text: &mut String, now: Timestamp, queue: &QueueView) {
    let open = if queue.open { "open" } else { "closed" };
    let longest = queue.longest_wait.map(Timestamp);
    writeln!(
        text,
        "{now} ? {} {open}: {} in line ({} resting, {} callbacks), {} in hand, {} paused, {} held, {} talking, {} in wrap-up{}",
        queue.queue,
        queue.in_line,
        queue.resting,
        queue.callbacks,
        queue.in_hand,
        queue.paused,
        queue.held,
        queue.talking,
        queue.wrapping,
        at("longest wait", longest),
    )
    .expect("a string takes all");
    writeln!(
        text,
        "{now} ?   {} signed in, staffed {:?}, free {:?}{}{}",
        queue.signed_in,
        queue.staffed,
        queue.free,
        at("scan", queue.next_scan),
        at("slow scan", queue.next_slow_scan),
    )
    .expect("a string takes all");
}

/// Everything that can keep an agent from a call, each in one agent.
#[test]
fn every_agent_of_the_queue_counts_under_the_first_thing_that_keeps_it_from_the_call() {
    let mut policy = policy(2);
    policy.features.set(Feature::EnhancedDiscovery, Share::ALL);
    policy.presence.device_grace = secs(5);
    policy.queues[0].wrap_up = secs(60);
    policy.queues[0].widen = Box::new([Widen {
        after: secs(90),
        level: 2,
    }]);
    policy.breakers.agent = Some(BreakerPolicy {
        failures: 1,
        open: secs(40),
        max_open: secs(40),
    });
    let mut scene = String::new();
    // 0 talks, 1 is in wrap-up, 2 is asked, 3 has an open breaker, 4 rests, 5 is on a break, 6 is
    // offline, 7 is not alive, 8 has no device, 9 is of level 2, 10 of level 3, 11 works elsewhere.
    for agent in 0..12 {
        let works = match agent {
            9 => "0:2",
            10 => "0:3",
            11 => "1:1",
            _ => "0:1",
        };
        scene.push_str(&format!("0s agent {agent} works {works}\n"));
        if agent != 8 {
            scene.push_str(&format!("0s agent {agent} connects\n"));
        }
    }
    for agent in [0, 1, 2, 3, 4] {
        scene.push_str(&format!(
            "1s agent {agent} beats\n1s agent {agent} available\n"
        ));
        scene.push_str(&format!("1s call {agent} arrives\n"));
    }
    for agent in 5..12 {
        scene.push_str(&format!(
            "2s agent {agent} {}\n",
            match agent {
                5 => "break 3",
                6 => "offline",
                _ => "available",
            }
        ));
        if agent != 7 {
            scene.push_str(&format!("2s agent {agent} beats\n"));
        }
    }
    scene.push_str(
        "3s offer 0 answered
         3s call 0 is bridged
         3s offer 1 answered
         3s call 1 is bridged
         4s call 1 ends
         5s offer 2 rings
         6s offer 3 unreachable
         6s call 3 hangs up
         7s offer 4 declined
         7s call 4 hangs up
         --
         8s call 5 arrives
         9s view call 5
         9s view queue 0",
    );
    for agent in 0..12 {
        scene.push_str(&format!("\n9s view agent {agent}"));
    }
    scene.push_str("\n10s view call 0\n10s view call 2\n10s view call 77\n10s view agent 77\n10s view queue 77");
    check(
        &policy,
        &scene,
        expect![[r#"
        8s call 5 arrived: queue 0
        8s call 5 waits in queue 0
        9s ? call 5 in queue 0 waits, place 1 (waited 1s, Reachable, attempts 0), changes 12s
        9s ?   1 x signed out
        9s ?   1 x on a break
        9s ?   2 x of a level it has not widened to, until 98s
        9s ?   3 x busy, until 20s
        9s ?   1 x not alive
        9s ?   1 x unreachable
        9s ?   1 x breaker open, until 46s
        9s ?   1 x resting after a missed offer, until 12s
        9s ? queue 0 open: 1 in line (0 resting, 0 callbacks), 1 in hand, 0 paused, 2 held, 1 talking, 1 in wrap-up, longest wait 1s
        9s ?   10 signed in, staffed [8, 7, 6], free [4, 3, 2]
        9s ? agent 0 Available, with call 0, since 3s; alive until 46s, device connected, breaker closed; free for None
        9s ?   busy
        9s ? agent 1 Available, wrap-up, until 64s; alive until 46s, device connected, breaker closed; free for None
        9s ?   busy, until 64s
        9s ? agent 2 Available, rings: offer 2 of call 2, until 20s; alive until 46s, device connected, breaker closed; free for None
        9s ?   busy, until 20s
        9s ? agent 3 Available, idle; alive until 46s, device connected, breaker open, until 46s, rests until 66s; free for None
        9s ?   breaker open, until 46s
        9s ?   resting after a missed offer, until 66s
        9s ? agent 4 Available, idle; alive until 46s, device connected, breaker closed, rests until 12s; free for None
        9s ?   resting after a missed offer, until 12s
        9s ? agent 5 Break(3), idle; alive until 47s, device connected, breaker closed; free for None
        9s ?   on a break
        9s ? agent 6 Offline, idle; alive until 47s, device connected, breaker closed; free for None
        9s ?   signed out
        9s ? agent 7 Available, idle; not alive, device connected, breaker closed; free for Some(Available), since 2s
        9s ?   not alive
        9s ? agent 8 Available, idle; alive until 47s, no device, breaker closed; free for Some(Alive), since 2s
        9s ?   unreachable
        9s ? agent 9 Available, idle; alive until 47s, device connected, breaker closed; free for Some(Reachable), since 2s
        9s ? agent 10 Available, idle; alive until 47s, device connected, breaker closed; free for Some(Reachable), since 2s
        9s ? agent 11 Available, idle; alive until 47s, device connected, breaker closed; free for Some(Reachable), since 2s
        10s ? call 0 in queue 0 with agent 0 (waited 9s, Reachable, attempts 1)
        10s ? call 2 in queue 0 rings (offer 2) (waited 9s, Reachable, attempts 1)
        10s ? call 77 is not in hand
        10s ? agent 77 is unknown
        10s ? queue 77 is unknown
    "#]],
    );
}

#[test]
fn nobody_works_for_the_queue() {
    check(
        &policy(2),
        "0s agent 0 works 1:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s view call 0",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s ? call 0 in queue 0 waits, place 1 (waited 1s, Available, attempts 0)
            2s ?   nobody works for its queue
        "#]],
    );
}

#[test]
fn a_polled_call_waits_for_its_scan_and_a_slow_one_for_its_own() {
    let mut policy = policy(1);
    policy.queues[0].discovery = Discovery::Poll(secs(10));
    policy
        .features
        .set(Feature::ContinuousDiscovery, Share(5_000));
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives caller 2
         2s call 1 arrives caller 0
         3s view call 0
         3s view call 1
         3s view queue 0",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s ? call 0 in queue 0 waits, place 1 (waited 2s, Available, attempts 0), changes 60s
            3s ?   it waits for a scan, until 60s
            3s ?   1 x free
            3s ? call 1 in queue 0 waits, place 2 (waited 1s, Available, attempts 0), changes 10s
            3s ?   it waits for a scan, until 10s
            3s ?   1 x free
            3s ? queue 0 open: 2 in line (0 resting, 0 callbacks), 0 in hand, 0 paused, 2 held, 0 talking, 0 in wrap-up, longest wait 2s
            3s ?   1 signed in, staffed [1, 0, 0], free [1, 0, 0], scan 10s, slow scan 60s
        "#]],
    );
}

#[test]
fn an_exhausted_call_rests_and_its_agents_are_free() {
    let mut policy = policy(1);
    policy.queues[0].offer.max_attempts = 1;
    policy.queues[0].offer.retry_after.declined = secs(0);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s offer 0 declined
         3s view call 0",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s offer 0 declined: call 0
            2s agent 0 idle
            2s call 0 exhausted
            3s ? call 0 in queue 0 rests, place 1 (waited 2s, Available, attempts 1), changes 32s
            3s ?   it is exhausted, until 32s
            3s ?   1 x free
        "#]],
    );
}

#[test]
fn the_carrier_is_paced_open_or_being_probed() {
    let mut policy = policy(1);
    policy.carrier.calls_per_second_milli = Some(100);
    policy.queues[0].offer.retry_after.failed = secs(0);
    policy.breakers.carrier = Some(BreakerPolicy {
        failures: 1,
        open: secs(30),
        max_open: secs(30),
    });
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         --
         1s call 0 arrives
         2s call 1 arrives
         3s view call 1
         3s view carrier
         4s offer 0 carrier failed
         12s view call 1
         12s view carrier
         34s
         35s view call 1
         35s view carrier",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s ? call 1 in queue 0 waits, place 1 (waited 1s, Available, attempts 0), changes 11s
            3s ?   the carrier is paced, until 11s
            3s ?   1 x busy, until 31s
            3s ?   1 x free
            3s ? carrier closed, next leg 11s
            4s carrier breaker open
            4s offer 0 failed: call 0
            4s agent 0 idle
            12s ? call 1 in queue 0 waits, place 2 (waited 10s, Available, attempts 0), changes 34s
            12s ?   the carrier's breaker is open, until 34s
            12s ?   2 x free
            12s ? carrier open, until 34s
            34s carrier breaker half-open
            34s offer 1: call 0 -> agent 1 (attempt 2, eligible since 4s, free since 0s)
            34s ! ring agent 1 for call 0
            35s ? call 1 in queue 0 waits, place 1 (waited 33s, Available, attempts 0), changes 44s
            35s ?   the carrier is paced, until 44s
            35s ?   the carrier is being probed
            35s ?   1 x busy, until 64s
            35s ?   1 x free
            35s ? carrier half-open, probing, next leg 44s
        "#]],
    );
}

#[test]
fn a_callback_is_followed_from_its_offer_to_the_agents_leg() {
    let mut policy = policy(1);
    policy.features.set(Feature::Callback, Share::ALL);
    policy.carrier.calls_per_second_milli = Some(100);
    policy.queues[0].callback = Some(super::callbacks::callback());
    policy.queues[0].max_length = Some(0);
    policy.queues[0].on_full = Treatment::Callback;
    check(
        &policy,
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         2s view call 0
         3s call 0 wants a callback at 10s
         4s view call 0
         4s view queue 0
         11s view call 0
         11s view queue 0
         12s agent 0 available
         13s view call 0
         13s view agent 0
         14s call 0 picks up
         15s view call 0
         15s view agent 0
         22s
         23s view call 0
         24s offer 0 answered
         24s view call 0
         24s view agent 0
         25s call 0 is bridged
         26s view call 0",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s ! offer call 0 a callback
            1s call 0 was offered a callback
            2s ? call 0 in queue 0 offered a callback, until 21s (waited 1s, Available, attempts 0)
            3s ! call 0 confirm callback
            3s call 0 takes a callback
            4s ? call 0 in queue 0 is to be called back (waited 3s, Available, attempts 0), changes 10s
            4s ?   its callback is not due, until 10s
            4s ? queue 0 open: 0 in line (0 resting, 0 callbacks), 0 in hand, 1 paused, 1 held, 0 talking, 0 in wrap-up
            4s ?   0 signed in, staffed [0, 0, 0], free [0, 0, 0]
            11s ? call 0 in queue 0 waits for a callback, place 1 (waited 10s, Available, attempts 0)
            11s ?   1 x signed out
            11s ? queue 0 open: 1 in line (0 resting, 1 callbacks), 0 in hand, 0 paused, 1 held, 0 talking, 0 in wrap-up
            11s ?   0 signed in, staffed [0, 0, 0], free [0, 0, 0]
            12s agent 0 available
            12s call 0 is called back for agent 0 (attempt 1)
            12s ! call back call 0 for agent 0
            13s ? call 0 in queue 0 is being called back for agent 0 (waited 12s, Available, attempts 0)
            13s ? agent 0 Available, reserved for call 0, until 67s; not alive, no device, breaker closed; free for None
            13s ?   busy, until 67s
            13s ?   not alive
            13s ?   unreachable
            15s ? call 0 in queue 0 picked up for agent 0 (waited 14s, Available, attempts 0), changes 22s
            15s ?   the carrier is paced, until 22s
            15s ? agent 0 Available, reserved for call 0, until 44s; not alive, no device, breaker closed; free for None
            15s ?   busy, until 44s
            15s ?   not alive
            15s ?   unreachable
            22s offer 0: call 0 -> agent 0 (attempt 1, eligible since 14s, free since 12s)
            22s ! ring agent 0 for call 0
            23s ? call 0 in queue 0 rings (offer 0) (waited 22s, Available, attempts 1)
            24s offer 0 answered: call 0
            24s ! bridge call 0 with agent 0
            24s ? call 0 in queue 0 claimed by agent 0 (waited 23s, Available, attempts 1)
            24s ? agent 0 Available, answered offer 0 of call 0, until 34s; not alive, no device, breaker closed; free for None
            24s ?   busy, until 34s
            24s ?   not alive
            24s ?   unreachable
            25s call 0 connected: agent 0 (attempts 1, waited 24s, a callback)
            26s ? call 0 in queue 0 with agent 0 (waited 25s, Available, attempts 1)
        "#]],
    );
}

#[test]
fn a_view_says_what_would_be_announced_and_nothing_is_announced_by_it() {
    let mut policy = policy(1);
    policy.queues[0].estimator = Estimator::HeadOfLine;
    policy.queues[0].announce = Some(Announce {
        first: secs(100),
        every: secs(100),
        position: true,
        wait: true,
    });
    let mut scene = "0s agent 0 works 0:1\n0s agent 0 available\n".to_owned();
    for call in 0..30 {
        let at = call * 10;
        scene.push_str(&format!(
            "{at}s call {call} arrives\n{at}s offer {call} answered\n{at}s call {call} is bridged\n{}s call {call} ends\n",
            at + 9
        ));
    }
    scene.push_str(
        "300s call 30 arrives
         300s offer 30 answered
         300s call 30 is bridged
         --
         301s call 31 arrives
         305s call 32 arrives
         310s view call 31
         310s view call 32
         320s",
    );
    check(
        &policy,
        &scene,
        expect![[r#"
        301s call 31 arrived: queue 0
        301s call 31 waits in queue 0
        305s call 32 arrived: queue 0
        305s call 32 waits in queue 0
        310s ? call 31 in queue 0 waits, place 1, 0s (0s to 0s) (waited 9s, Available, attempts 0)
        310s ?   1 x busy
        310s ? call 32 in queue 0 waits, place 2, 4s (2.772589s to 9.21034s) (waited 5s, Available, attempts 0)
        310s ?   1 x busy
    "#]],
    );
}

#[test]
fn shares_alerts_and_hours_are_told() {
    let mut watching = policy(1);
    watching.alerts = Some(engine::policy::Alerts {
        success_rate_drop: Share(500),
        store_latency_factor_milli: 2_000,
        agent_availability: Share(5_000),
        queue_length: 0,
        window: secs(50),
        min_calls: 2,
        standard_errors: 0,
    });
    let pushed = watching.clone();
    check_with(
        &watching,
        &[("pushed", &pushed)],
        "1s feature enhanced_queue 25%
         1s call 0 arrives caller 1
         2s policy pushed
         2s queue 0 closes
         --
         3s view features
         3s view alerts
         3s view queue 0
         4s feature enhanced_queue cleared
         5s view features",
        expect![[r#"
            3s ? enhanced_queue 25% (set; policy 100%)
            3s ? continuous_discovery 100% (policy; policy 100%)
            3s ? alerts: length of queue 0
            3s ? queue 0 closed: 1 in line (0 resting, 0 callbacks), 0 in hand, 0 paused, 1 held, 0 talking, 0 in wrap-up, longest wait 2s
            3s ?   0 signed in, staffed [0, 0, 0], free [0, 0, 0]
            4s enhanced_queue 100%
            5s ? enhanced_queue 100% (policy; policy 100%)
            5s ? continuous_discovery 100% (policy; policy 100%)
        "#]],
    );
}
