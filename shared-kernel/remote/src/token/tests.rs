use std::sync::Arc;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kernel::{DateTime, clock::ManualClock};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{KeyError, ServiceCaller, ServiceKeys, TYPE, TokenError, TokenSource, TokenVerifier};

const OLD: &str = "an old key of thirty-two bytes, or more";
const NEW: &str = "a new key of thirty-two bytes, or more!";
const NOW: i64 = 1_800_000_000;

fn keys(current: &str, previous: Option<&str>) -> ServiceKeys {
    ServiceKeys::new(current.into(), previous.map(SecretString::from)).unwrap()
}

fn clock() -> ManualClock {
    ManualClock::at(DateTime::from_timestamp(NOW, 0).unwrap())
}

fn verifier(keys: &ServiceKeys) -> TokenVerifier {
    TokenVerifier::new(keys, Arc::new(clock()))
}

/// A token of another issuer.
fn forged(typ: Option<&str>, algorithm: Algorithm, claims: &Value, key: &str) -> String {
    let mut header = Header::new(algorithm);
    header.typ = typ.map(str::to_owned);
    format!("Bearer {}", encode(&header, claims, &EncodingKey::from_secret(key.as_bytes())).unwrap())
}

fn claims(iat: i64, exp: i64) -> Value {
    json!({ "iss": "store", "aud": "inventory", "iat": NOW + iat, "exp": NOW + exp })
}

#[test]
fn good_and_bad_tokens() {
    let verifier = verifier(&keys(NEW, Some(OLD)));
    let ours = |iat, exp, key| forged(Some(TYPE), Algorithm::HS256, &claims(iat, exp), key);
    let of_type = |typ| forged(typ, Algorithm::HS256, &claims(0, 300), NEW);
    let good = ours(0, 300, NEW);
    let for_payment = json!({ "iss": "store", "aud": "payment", "iat": NOW, "exp": NOW + 300 });
    let no_issue = json!({ "iss": "store", "aud": "inventory", "exp": NOW + 300 });
    let not_before = |nbf: i64| {
        let mut claims = claims(0, 300);
        claims["nbf"] = json!(NOW + nbf);
        claims
    };
    let mut no_time = claims(0, 300);
    no_time["nbf"] = json!("tomorrow");
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    let wrong = TokenError::WrongAudience { found: "payment".to_owned(), expected: "inventory".to_owned() };

    for (what, authorization, expected) in [
        ("current key", good.clone(), None),
        ("previous key", ours(0, 300, OLD), None),
        ("the scheme in capitals", good.replace("Bearer", "BEARER"), None),
        ("late, within the leeway", ours(-359, -59, NEW), None),
        ("early, within the leeway", ours(60, 360, NEW), None),
        ("late", ours(-361, -61, NEW), Some(TokenError::Expired { seconds: 61 })),
        ("early", ours(61, 361, NEW), Some(TokenError::FromTheFuture { seconds: 61 })),
        ("signed for a day", ours(0, 86_400, NEW), Some(TokenError::LivesTooLong { seconds: 86_400 })),
        ("one second too long", ours(0, 301, NEW), Some(TokenError::LivesTooLong { seconds: 301 })),
        ("overflowing", ours(-NOW, i64::MAX - NOW, NEW), Some(TokenError::LivesTooLong { seconds: i64::MAX })),
        (
            "not before later",
            forged(Some(TYPE), Algorithm::HS256, &not_before(61), NEW),
            Some(TokenError::FromTheFuture { seconds: 61 }),
        ),
        ("not before, within the leeway", forged(Some(TYPE), Algorithm::HS256, &not_before(60), NEW), None),
        (
            "not before that is no time",
            forged(Some(TYPE), Algorithm::HS256, &no_time, NEW),
            Some(TokenError::Malformed),
        ),
        ("exp before iat", ours(-10, -100, NEW), Some(TokenError::Expired { seconds: 100 })),
        ("another module's", forged(Some(TYPE), Algorithm::HS256, &for_payment, NEW), Some(wrong)),
        ("unknown key", ours(0, 300, "not one of the keys that are known"), Some(TokenError::BadSignature)),
        ("no signature", unsigned, Some(TokenError::BadSignature)),
        ("a customer's JWT", of_type(Some("JWT")), Some(TokenError::Malformed)),
        ("no type", of_type(None), Some(TokenError::Malformed)),
        ("another algorithm", forged(Some(TYPE), Algorithm::HS512, &claims(0, 300), NEW), Some(TokenError::Malformed)),
        ("no time of issue", forged(Some(TYPE), Algorithm::HS256, &no_issue, NEW), Some(TokenError::Malformed)),
        ("an admin key", "Bearer 3f1c0b9e".to_owned(), Some(TokenError::Malformed)),
        ("another scheme", "Basic YWRtaW46".to_owned(), Some(TokenError::Missing)),
        ("nothing after the scheme", "Bearer ".to_owned(), Some(TokenError::Missing)),
        ("far too long", format!("Bearer {}", "x".repeat(10_000)), Some(TokenError::Malformed)),
    ] {
        let expected = expected.map_or_else(|| Ok(ServiceCaller { issuer: "store".to_owned() }), Err);
        assert_eq!(verifier.verify(Some(&authorization), "inventory"), expected, "{what}");
    }
    assert_eq!(verifier.verify(None, "inventory"), Err(TokenError::Missing));
}

#[test]
fn a_process_may_answer_to_several_names() {
    let keys = keys(NEW, None);
    let token = TokenSource::new(&keys, "store", Arc::new(clock())).bearer("inventory.public").unwrap();
    let verifier = verifier(&keys);
    let shown = Some(token.as_str());
    assert!(verifier.verify_any(shown, &["order.public", "inventory.public"]).is_ok());
    assert!(verifier.verify_any(shown, &["order.public"]).is_err());
    assert!(verifier.verify(shown, "inventory").is_err(), "what a forwarded request shows opens no port");
}

#[test]
fn a_changed_byte_is_noticed() {
    let keys = keys(NEW, None);
    let token = TokenSource::new(&keys, "store", Arc::new(clock())).bearer("inventory").unwrap();
    let verifier = verifier(&keys);
    assert!(verifier.verify(Some(token.as_str()), "inventory").is_ok());
    let start = token.as_str().find('.').unwrap() + 1;
    for at in (start..token.as_str().len() - 1).filter(|at| token.as_str().as_bytes()[*at] != b'.') {
        let mut changed = token.as_str().as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(verifier.verify(Some(&changed), "inventory").is_err(), "byte {at}");
    }
}

#[test]
fn keys_are_changed_without_a_refusal() {
    let source = |keys: &ServiceKeys| TokenSource::new(keys, "store", Arc::new(clock()));
    let steps = [keys(OLD, None), keys(OLD, Some(NEW)), keys(NEW, Some(OLD)), keys(NEW, None)];
    for pair in steps.windows(2) {
        for (signs, verifies) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
            let token = source(signs).bearer("inventory").unwrap();
            assert!(verifier(verifies).verify(Some(token.as_str()), "inventory").is_ok());
        }
    }
    let token = source(&steps[0]).bearer("inventory").unwrap();
    assert_eq!(verifier(&steps[3]).verify(Some(token.as_str()), "inventory"), Err(TokenError::BadSignature));
}

#[test]
fn a_token_is_kept_for_half_its_life() {
    let clock = clock();
    let keys = keys(NEW, None);
    let source = TokenSource::new(&keys, "store", Arc::new(clock.clone()));
    let verifier = TokenVerifier::new(&keys, Arc::new(clock.clone()));
    let bearer = |audience| source.bearer(audience).unwrap().as_str().to_owned();
    let first = bearer("inventory");
    assert_ne!(bearer("payment"), first, "one for each module");
    clock.advance(chrono::TimeDelta::seconds(149));
    assert_eq!(bearer("inventory"), first);
    clock.advance(chrono::TimeDelta::seconds(1));
    let second = bearer("inventory");
    assert_ne!(second, first);
    assert!(verifier.verify(Some(&second), "inventory").is_ok());
    clock.advance(chrono::TimeDelta::hours(-1));
    assert!(verifier.verify(Some(&bearer("inventory")), "inventory").is_ok(), "a clock that was set back");
}

#[test]
fn short_keys_are_refused_and_no_key_is_shown() {
    let short = ServiceKeys::new("short".into(), None).unwrap_err();
    assert_eq!(short, KeyError { which: "current", bytes: 5 });
    let message = "the current service key has 5 bytes and needs at least 32; `openssl rand -hex 32` makes a good one";
    assert_eq!(short.to_string(), message);
    let short = ServiceKeys::new(NEW.into(), Some("x".repeat(31).into())).unwrap_err();
    assert_eq!(short, KeyError { which: "previous", bytes: 31 });
    assert!(ServiceKeys::new(" ".repeat(64).into(), None).is_err());

    let keys = keys(NEW, Some(OLD));
    let source = TokenSource::new(&keys, "store", Arc::new(clock()));
    let bearer = source.bearer("inventory").unwrap();
    for shown in [format!("{keys:?}"), format!("{source:?}"), format!("{bearer:?}"), format!("{:?}", verifier(&keys))] {
        assert!(!shown.contains("key of thirty-two") && !shown.contains("eyJ"), "{shown}");
    }
}
