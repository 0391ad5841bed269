//! Access tokens: the claims of the official ones, and limits.

use crate::material::{text, vectors};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use twilio::limits::Identity;
use twilio::token::{ApiKey, Issuer, TokenLife, TokenLifeError, VoiceGrant};
use twilio::{AccountSid, Secret};

pub(crate) fn issuer(account: &str, key: &str, secret: &str) -> Issuer {
    Issuer {
        account: AccountSid::new(account).expect("not empty"),
        key: ApiKey {
            sid: key.to_owned(),
            secret: Secret::new(secret).expect("not empty"),
        },
        region: None,
    }
}

/// Header and claims of a token that `secret` signed.
fn verified(secret: &str, token: &str) -> (Value, Value) {
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("{token}")
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(format!("{header}.{claims}").as_bytes());
    let bytes = |part| URL_SAFE_NO_PAD.decode(part).expect("base64");
    mac.verify_slice(&bytes(signature))
        .expect("signed by the secret");
    let read = |part| serde_json::from_slice(&bytes(part)).expect("JSON");
    (read(header), read(claims))
}

#[test]
fn a_token_is_the_official_one_byte_by_byte_or_claim_by_claim() {
    let Some(vectors) = vectors() else { return };
    let case = &vectors["access_token"];
    let secret = text(case, "api_key_secret");
    let issuer = issuer(text(case, "account_sid"), text(case, "api_key_sid"), secret);
    let grant = VoiceGrant {
        incoming: true,
        outgoing_application: Some(text(case, "application_sid").to_owned()),
        push_credential: None,
    };
    let identity = Identity::new(text(case, "identity")).unwrap();

    // JavaScript's: made and good for as long as ours, but with a start of its own.
    let official = &case["js_payload"];
    let now = official["iat"].as_u64().unwrap();
    let token = issuer.voice_token(&identity, &grant, now, TokenLife::HOUR);
    let (header, mut claims) = verified(secret, &token);
    assert_eq!(header, case["js_header"]);
    assert_eq!(header, case["python_header"]);
    claims["nbf"] = official["nbf"].clone();
    assert_eq!(&claims, official);

    // Python's has no `iat`, and another life.
    let official = &case["python_payload"];
    let (_, mut claims) = verified(secret, &token);
    claims.as_object_mut().unwrap().remove("iat");
    claims["nbf"] = official["nbf"].clone();
    claims["exp"] = official["exp"].clone();
    claims["jti"] = official["jti"].clone();
    assert_eq!(&claims, official);
    assert_eq!(
        official["jti"],
        format!("{}-{now}", text(case, "api_key_sid"))
    );

    // The one by hand that both took: all but its end, which is beyond what Twilio takes.
    let by_hand = text(case, "hand_made_token");
    let (header, mut claims) = verified(secret, by_hand);
    let made = issuer.voice_token(&identity, &grant, 1_700_000_000, TokenLife::HOUR);
    let (our_header, our_claims) = verified(secret, &made);
    assert_eq!(header, our_header);
    assert_eq!(
        by_hand.split('.').next(),
        made.split('.').next(),
        "the header's bytes"
    );
    claims["exp"] = json!(1_700_003_600);
    assert_eq!(claims, our_claims);
}

#[test]
fn what_a_device_may_not_do_is_absent_and_the_region_is_named() {
    let mut issuer = issuer("AC1", "SK1", "s");
    issuer.region = Some("ie1".into());
    let identity = Identity::new("agent_7").unwrap();
    let token = issuer.voice_token(&identity, &VoiceGrant::default(), 100, TokenLife::HOUR);
    let (header, claims) = verified("s", &token);
    assert_eq!(header["twr"], "ie1");
    assert_eq!(
        claims["grants"],
        json!({"identity": "agent_7", "voice": {}})
    );
    let times = ["iat", "nbf", "exp"].map(|key| claims[key].as_u64().unwrap());
    assert_eq!(times, [100, 100, 3700]);

    let grant = VoiceGrant {
        push_credential: Some("CR1".into()),
        ..VoiceGrant::default()
    };
    let token = issuer.voice_token(&identity, &grant, 100, TokenLife::HOUR);
    let voice = &verified("s", &token).1["grants"]["voice"];
    assert_eq!(voice, &json!({"push_credential_sid": "CR1"}));
}

#[test]
fn a_token_lasts_a_day_at_most_and_its_secret_is_not_printed() {
    assert!(TokenLife::from_seconds(86_400).is_ok());
    for seconds in [0, 86_401] {
        assert_eq!(
            TokenLife::from_seconds(seconds),
            Err(TokenLifeError(seconds))
        );
    }
    let printed = format!("{:?}", issuer("AC1", "SK1", "the-secret"));
    assert!(!printed.contains("the-secret"), "{printed}");
}
