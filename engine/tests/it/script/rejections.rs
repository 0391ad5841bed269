//! Every rejection, with its precedence; what is refused changes nothing (see the properties).

use expect_test::expect;

use super::{check, policy};

#[test]
fn unknown_queues() {
    check(
        &policy(1),
        "0s call 0 arrives queue 1
         0s queue 1 opens
         0s queue 1 closes
         0s agent 0 works 1:1
         0s call 5 arrives queue 1",
        expect![[r#"
            0s refused: UnknownQueue
            0s refused: UnknownQueue
            0s refused: UnknownQueue
            0s refused: UnknownQueue
            0s refused: UnknownQueue
        "#]],
    );
}

#[test]
fn call_ids_out_of_order() {
    check(
        &policy(1),
        "0s call 1 arrives
         0s call 0 arrives
         0s call 0 arrives
         0s call 1 arrives",
        expect![[r#"
            0s refused: CallIdOutOfOrder
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            0s refused: CallIdOutOfOrder
            0s call 1 arrived: queue 0
            0s call 1 waits in queue 0
        "#]],
    );
}

#[test]
fn unknown_calls() {
    check(
        &policy(1),
        "0s call 0 arrives
         0s call 0 hangs up
         --
         1s call 0 hangs up
         1s call 0 leaves a message
         1s call 0 wants a callback
         1s call 0 picks up
         1s call 0 does not pick up
         1s call 0 ends
         1s call 0 is bridged
         1s call 0 is not bridged
         1s call 9 hangs up",
        expect![[r#"
            1s refused: UnknownCall
            1s refused: UnknownCall
            1s refused: UnknownCall
            1s refused: UnknownCall
            1s refused: UnknownCall
            1s refused: UnknownCall
            1s refused: UnknownAgent
            1s refused: UnknownAgent
            1s refused: UnknownCall
        "#]],
    );
}

#[test]
fn unknown_agents() {
    check(
        &policy(1),
        "0s agent 0 available
         0s agent 0 ready
         0s agent 0 beats
         0s agent 0 connects
         0s agent 0 disconnects
         0s offer 0/0 placed
         0s offer 0/0 rings
         0s offer 0/0 answered
         0s offer 0/0 declined
         0s offer 0/0 busy",
        expect![[r#"
            0s refused: UnknownAgent
            0s refused: UnknownAgent
            0s refused: UnknownAgent
            0s refused: UnknownAgent
            0s refused: UnknownAgent
            0s refused: UnknownAgent
            0s refused: UnknownAgent
            0s refused: UnknownAgent
            0s refused: UnknownAgent
            0s refused: UnknownAgent
        "#]],
    );
}

#[test]
fn agent_ids_out_of_order_and_bad_assignments() {
    check(
        &policy(2),
        "0s agent 1 works 0:1
         0s agent 0 works 0:0
         0s agent 0 works 0:1 0:2
         0s agent 0 works 0:1 1:2
         0s agent 0 works
         0s agent 1 works 9:1",
        expect![[r#"
            0s refused: AgentIdOutOfOrder
            0s refused: BadAssignment
            0s refused: BadAssignment
            0s refused: UnknownQueue
        "#]],
    );
}

#[test]
fn stale_and_forged_offers() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 0 available
         --
         0s offer 0/0 answered
         0s call 0 arrives
         0s offer 1/0 answered
         0s offer 0/1 answered
         0s offer 0/2 answered
         0s offer 0 answered",
        expect![[r#"
            0s refused: StaleOffer
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s refused: StaleOffer
            0s refused: StaleOffer
            0s refused: UnknownAgent
            0s offer 0 answered: call 0
            0s ! bridge call 0 with agent 0
        "#]],
    );
}

#[test]
fn calls_in_other_states() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         --
         0s call 0 arrives
         0s call 0 leaves a message
         0s call 0 picks up
         0s call 0 does not pick up
         0s call 0 ends
         0s call 0 is bridged
         0s agent 0 available
         0s call 0 ends
         0s offer 0 answered
         0s call 0 leaves a message
         0s call 0 is bridged
         0s call 0 leaves a message
         0s call 0 is bridged",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            0s refused: WrongState
            0s refused: WrongState
            0s refused: WrongState
            0s refused: WrongState
            0s refused: StaleOffer
            0s agent 0 available
            0s offer 0: call 0 -> agent 0 (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s refused: WrongState
            0s offer 0 answered: call 0
            0s ! bridge call 0 with agent 0
            0s refused: WrongState
            0s call 0 connected: agent 0 (attempts 1, waited 0s)
            0s refused: WrongState
            0s refused: StaleOffer
        "#]],
    );
}

#[test]
fn every_refusal_says_why() {
    use engine::Rejection::*;
    let all = [
        UnknownQueue,
        CallIdOutOfOrder,
        UnknownCall,
        UnknownAgent,
        AgentIdOutOfOrder,
        BadAssignment,
        StaleOffer,
        WrongState,
        NoCallbackOffered,
        BadPolicy,
        BadShare,
        BadGap,
    ];
    let mut said: Vec<String> = all.iter().map(ToString::to_string).collect();
    assert!(said.iter().all(|s| s.len() > 8));
    said.sort();
    said.dedup();
    assert_eq!(said.len(), all.len());
}
