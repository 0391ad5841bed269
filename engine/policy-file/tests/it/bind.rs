//! Binding a policy to a world's names.

use policy_file::{Names, PolicyFile};

fn names(queues: &[&str], classes: &[&str]) -> Names {
    let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    Names {
        queues: owned(queues),
        classes: owned(classes),
    }
}

#[test]
fn a_bound_policy_has_the_world_s_ids_and_the_same_content() {
    let file = PolicyFile::parse(crate::FULL, "full.yaml").unwrap();
    let bound = file.bind(&names(&["support"], &["other", "gold"])).unwrap();
    assert_eq!(bound.names.queues, ["support", "sales"]);
    assert_eq!(bound.names.classes, ["other", "gold", "vip", "standard"]);
    bound.policy.check().unwrap();
    assert_eq!(bound.bind(&bound.names), Ok(bound.clone()));
    // Bound back to its own order, only the name that it did not have is new.
    let mut own = file.names.clone();
    own.classes.push("other".to_owned());
    let mut back = bound.bind(&own).unwrap();
    back.names.classes.pop();
    for queue in &mut back.policy.queues {
        let mut priority = queue.priority.to_vec();
        priority.truncate(3);
        queue.priority = priority.into();
    }
    assert_eq!(back.routes, file.routes);
    assert_eq!(back.hours, file.hours);
    assert_eq!(
        back.policy.queues[0].on_timeout,
        file.policy.queues[0].on_timeout
    );
    assert_eq!(
        back.policy.queues[1].priority,
        file.policy.queues[1].priority
    );
}

#[test]
fn a_queue_that_the_policy_does_not_have_is_refused() {
    let file = PolicyFile::parse(crate::FULL, "full.yaml").unwrap();
    let errors = file.bind(&names(&["billing", "sales"], &[])).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].to_string(), "the policy has no queue `billing`");
}

#[test]
fn a_world_never_has_so_many_classes_that_a_policy_s_own_find_no_room() {
    let mut world = Names::default();
    world.intern_queue("support").unwrap();
    // As many as there can be, all but the last entered without the search for one of its name.
    world.classes = (1..61_440).map(|i| i.to_string()).collect();
    assert!(world.intern_class("the last").is_some());
    assert_eq!(world.intern_class("one too many"), None);
    let file = PolicyFile::parse(crate::FULL, "full.yaml").unwrap();
    let bound = file.bind(&world).unwrap();
    assert_eq!(bound.names.classes.len(), 61_440 + file.names.classes.len());
    bound.policy.check().unwrap();
}
