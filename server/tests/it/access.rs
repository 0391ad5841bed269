//! Who may do what.

use axum::http::{Method, StatusCode};

use crate::site::{ADMIN, AGENT, POLICY, SUPERVISOR, Site};

/// Route by route: method, path, body, and the status for nobody, an agent, a supervisor, an admin.
const ROUTES: &[(&str, &str, &str, [u16; 4])] = &[
    ("GET", "/healthz", "", [200, 200, 200, 200]),
    ("GET", "/readyz", "", [200, 200, 200, 200]),
    ("GET", "/metrics", "", [200, 200, 200, 200]),
    ("GET", "/api/agents", "", [401, 403, 200, 200]),
    ("GET", "/api/agents/ada", "", [401, 200, 200, 200]),
    ("GET", "/api/agents/bob", "", [401, 403, 200, 200]),
    (
        "PUT",
        "/api/agents/bob",
        "{\"contact\":\"client:bob\",\"queues\":{}}",
        [401, 403, 403, 204],
    ),
    (
        "PUT",
        "/api/agents/ada/status",
        "{\"status\":\"available\"}",
        [401, 204, 204, 204],
    ),
    (
        "PUT",
        "/api/agents/bob/status",
        "{\"status\":\"available\"}",
        [401, 403, 204, 204],
    ),
    (
        "PUT",
        "/api/agents/ada/device",
        "{\"connected\":true}",
        [401, 204, 204, 204],
    ),
    (
        "POST",
        "/api/agent-heartbeat",
        "{\"agent\":\"ada\"}",
        [401, 204, 204, 204],
    ),
    ("GET", "/api/queues", "", [401, 403, 200, 200]),
    ("GET", "/api/queues/waiting", "", [401, 403, 200, 200]),
    ("GET", "/api/calls", "", [401, 403, 200, 200]),
    ("GET", "/api/calls/1", "", [401, 403, 404, 404]),
    (
        "PUT",
        "/api/callers/+15550199",
        "{\"class\":\"vip\"}",
        [401, 403, 403, 204],
    ),
    ("DELETE", "/api/callers/+15550199", "", [401, 403, 403, 204]),
    ("GET", "/api/features", "", [401, 403, 200, 200]),
    (
        "PUT",
        "/api/features/callback",
        "{\"percent\":25}",
        [401, 403, 403, 204],
    ),
    ("DELETE", "/api/features/callback", "", [401, 403, 403, 204]),
    ("GET", "/api/policy", "", [401, 403, 200, 200]),
    ("PUT", "/api/policy", POLICY, [401, 403, 403, 204]),
    ("POST", "/api/policy/validate", POLICY, [401, 403, 200, 200]),
    ("GET", "/api/policy/history", "", [401, 403, 200, 200]),
    ("POST", "/api/policy/rollback", "", [401, 403, 403, 204]),
    ("GET", "/api/journal", "", [401, 403, 403, 200]),
    ("GET", "/nothing", "", [404, 404, 404, 404]),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_route_is_open_to_its_roles_and_to_nobody_else() {
    let site = Site::new(POLICY).await;
    site.agent("ada").await;
    site.agent("bob").await;
    for (method, path, body, expected) in ROUTES {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        for (token, expected) in ["", AGENT, SUPERVISOR, ADMIN].into_iter().zip(expected) {
            let (status, said) = site.api(method.clone(), path, token, body).await;
            assert_eq!(
                status.as_u16(),
                *expected,
                "{method} {path} `{token}`: {said}"
            );
            if status.is_client_error() {
                assert!(
                    said.contains("\"code\":") && said.contains("\"request_id\":"),
                    "{said}"
                );
            }
        }
        let wrong = "a-token-that-nobody-has-given-out";
        let (status, _) = site.api(method.clone(), path, wrong, body).await;
        assert_eq!(
            status.as_u16(),
            expected[0],
            "{method} {path} with a wrong token"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_refused_with_its_place_and_put_in_force_and_rolled_back() {
    let site = Site::new(POLICY).await;
    let wrong = POLICY.replace("timeout: 15s", "timeout: 15");
    let (status, said) = site.api(Method::PUT, "/api/policy", ADMIN, &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(said.contains("offer.timeout"), "{said}");
    let other = POLICY.replace("timeout: 15s", "timeout: 25s");
    let (status, said) = site.api(Method::PUT, "/api/policy", ADMIN, &other).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{said}");
    let (_, text) = site.api(Method::GET, "/api/policy", ADMIN, "").await;
    assert!(text.contains("timeout: 25s"), "{text}");
    let (status, said) = site
        .api(Method::POST, "/api/policy/rollback", ADMIN, "")
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{said}");
    let site = site.crashed().await;
    let (_, text) = site.api(Method::GET, "/api/policy", ADMIN, "").await;
    assert!(
        text.contains("timeout: 15s") && !text.contains("timeout: 25s"),
        "{text}"
    );
    let (_, history) = site
        .api(Method::GET, "/api/policy/history", ADMIN, "")
        .await;
    assert_eq!(history.matches("\"digest\":").count(), 3, "{history}");
}
