//! Sealing and opening the personal values inside a JSON payload.
//!
//! On the way in, every `{"$personal": {…}}` becomes `{"$enc": {"k": key id, "c": nonce and
//! ciphertext}}`. The ciphertext is bound to its place (aggregate, sequence, event type, JSON path
//! and key), so that an attacker who can write to the database cannot move it elsewhere. On the
//! way out it becomes what it was, or `{"$erased": true}` when its key is gone.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};
use domain::personal::{ERASED, MARK};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::cipher::DataKey;
use super::key_name::KeyName;
use cqrs_es::persist::SerializedEvent;

use crate::error::SealError;

const SEALED: &str = "$enc";

/// Where a payload lies: part of what its ciphertexts are bound to.
#[derive(Clone, Copy)]
pub struct AssociatedData<'a> {
    /// The stream.
    pub aggregate_type: &'a str,
    /// The stream.
    pub aggregate_id: &'a str,
    /// The place in the stream.
    pub sequence: i64,
    /// The type of the event.
    pub event_type: &'a str,
    /// Which of the event's columns: `payload` or `metadata`.
    pub column: &'static str,
}

impl<'a> AssociatedData<'a> {
    /// The place of a column of an event.
    pub(crate) fn of(event: &'a SerializedEvent, column: &'static str) -> Self {
        Self {
            aggregate_type: &event.aggregate_type,
            aggregate_id: &event.aggregate_id,
            sequence: event.sequence as i64,
            event_type: &event.event_type,
            column,
        }
    }

    /// Length-prefixed, so that no two places write the same bytes.
    fn associated_data(&self, path: &str, key: Uuid) -> Vec<u8> {
        let sequence = self.sequence.to_string();
        let key = key.to_string();
        let parts =
            [self.aggregate_type, self.aggregate_id, &sequence, self.event_type, self.column, path, &key];
        parts.iter().fold(Vec::new(), |mut bytes, part| {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
            bytes
        })
    }
}

/// The keys that sealing `value` needs.
pub fn personal_subjects(value: &Value) -> Result<BTreeSet<KeyName>, SealError> {
    let mut names = BTreeSet::new();
    visit(value, MARK, &mut |marked| {
        names.insert(key_name(marked)?);
        Ok(())
    })?;
    Ok(names)
}

/// The ids of the keys that opening `value` needs.
pub fn sealing_keys(value: &Value, ids: &mut BTreeSet<Uuid>) -> Result<(), SealError> {
    visit(value, SEALED, &mut |envelope| {
        ids.insert(key_id(envelope)?);
        Ok(())
    })
}

/// Seals every personal value in `value`.
pub fn seal_payload(
    value: Value,
    place: AssociatedData<'_>,
    keys: &HashMap<KeyName, Arc<DataKey>>,
) -> Result<Value, SealError> {
    // What looks sealed already would be opened as if it were.
    if holds_envelope(&value) {
        return Err(SealError::Malformed);
    }
    replace(value, MARK, &mut String::new(), &mut |marked, path| {
        let key = keys.get(&key_name(&marked)?).ok_or(SealError::Encryption)?;
        let plain = zeroize::Zeroizing::new(marked.to_string());
        let sealed = key.seal(plain.as_bytes(), &place.associated_data(path, key.id))?;
        Ok(json!({SEALED: {"k": key.id, "c": BASE64_STANDARD_NO_PAD.encode(sealed)}}))
    })
}

/// Seals every personal value in `value`, and writes it down.
pub(crate) fn seal_text(
    value: &Value,
    place: AssociatedData<'_>,
    keys: &HashMap<KeyName, Arc<DataKey>>,
) -> Result<String, SealError> {
    let mut is_plain = !holds_envelope(value);
    visit(value, MARK, &mut |_| {
        is_plain = false;
        Ok(())
    })?;
    if is_plain { Ok(value.to_string()) } else { Ok(seal_payload(value.clone(), place, keys)?.to_string()) }
}

/// Opens every sealed value in `value`; one whose key is not among `keys` was erased.
pub fn open_payload(
    value: Value,
    place: AssociatedData<'_>,
    keys: &HashMap<Uuid, Arc<DataKey>>,
) -> Result<Value, SealError> {
    replace(value, SEALED, &mut String::new(), &mut |envelope, path| {
        let Some(key) = keys.get(&key_id(&envelope)?) else {
            return Ok(json!({ERASED: true}));
        };
        let text = envelope.get("c").and_then(Value::as_str).ok_or(SealError::Malformed)?;
        let sealed = BASE64_STANDARD_NO_PAD.decode(text).map_err(|_| SealError::Malformed)?;
        let plain = key.open(&sealed, &place.associated_data(path, key.id))?;
        let marked: Value = serde_json::from_slice(&plain).map_err(|_| SealError::Malformed)?;
        Ok(json!({MARK: marked}))
    })
}

fn key_name(marked: &Value) -> Result<KeyName, SealError> {
    let text = |name: &str| marked.get(name).and_then(Value::as_str).ok_or(SealError::Malformed);
    Ok(KeyName::new(text("subject")?, text("scope")?))
}

fn key_id(envelope: &Value) -> Result<Uuid, SealError> {
    let text = envelope.get("k").and_then(Value::as_str).ok_or(SealError::Malformed)?;
    text.parse().map_err(|_| SealError::Malformed)
}

/// Whether something outside personal values, which are sealed as a whole, has the form of a sealed one.
fn holds_envelope(value: &Value) -> bool {
    match value {
        Value::Object(object) if marked(object, MARK).is_some() => false,
        Value::Object(object) => marked(object, SEALED).is_some() || object.values().any(holds_envelope),
        Value::Array(items) => items.iter().any(holds_envelope),
        _ => false,
    }
}

/// The content of an object whose only member is `mark`.
fn marked<'a>(object: &'a Map<String, Value>, mark: &str) -> Option<&'a Value> {
    object.get(mark).filter(|_| object.len() == 1)
}

fn visit(
    value: &Value,
    mark: &str,
    found: &mut impl FnMut(&Value) -> Result<(), SealError>,
) -> Result<(), SealError> {
    match value {
        Value::Object(object) => match marked(object, mark) {
            Some(content) => found(content),
            None => object.values().try_for_each(|value| visit(value, mark, found)),
        },
        Value::Array(items) => items.iter().try_for_each(|value| visit(value, mark, found)),
        _ => Ok(()),
    }
}

fn replace(
    value: Value,
    mark: &str,
    path: &mut String,
    found: &mut impl FnMut(Value, &str) -> Result<Value, SealError>,
) -> Result<Value, SealError> {
    let mut inside = |step: &str, value: Value, path: &mut String| {
        let length = path.len();
        path.push('/');
        if step.contains(['~', '/']) {
            path.push_str(&step.replace('~', "~0").replace('/', "~1"));
        } else {
            path.push_str(step);
        }
        let replaced = replace(value, mark, path, found);
        path.truncate(length);
        replaced
    };
    match value {
        Value::Object(mut object) => {
            if marked(&object, mark).is_some() {
                return found(object.remove(mark).unwrap_or_default(), path);
            }
            let members = object.into_iter().map(|(name, value)| {
                let value = inside(&name, value, path)?;
                Ok((name, value))
            });
            members.collect::<Result<_, _>>().map(Value::Object)
        }
        Value::Array(items) => {
            let items = items.into_iter().enumerate();
            items
                .map(|(i, value)| inside(&i.to_string(), value, path))
                .collect::<Result<_, _>>()
                .map(Value::Array)
        }
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use log_proof::ciphertext_digest;

    fn place(sequence: i64) -> AssociatedData<'static> {
        AssociatedData {
            aggregate_type: "account",
            aggregate_id: "acc_1",
            sequence,
            event_type: "account.registered",
            column: "payload",
        }
    }

    fn personal(scope: &str, value: &Value) -> Value {
        json!({"$personal": {"subject": "acc_1", "scope": scope, "value": value}})
    }

    fn key(scope: &str) -> (KeyName, Arc<DataKey>) {
        let id = Uuid::from_u128(if scope == "profile" { 1 } else { 2 });
        (KeyName::new("acc_1", scope), Arc::new(DataKey::generate(id)))
    }

    fn by_id(keys: &HashMap<KeyName, Arc<DataKey>>) -> HashMap<Uuid, Arc<DataKey>> {
        keys.values().map(|key| (key.id, key.clone())).collect()
    }

    #[test]
    fn a_missing_key_reads_as_erased_and_the_rest_stays() {
        let keys = HashMap::from([key("profile"), key("activity")]);
        let payload =
            json!({"a": personal("profile", &json!("Ada")), "b": [personal("activity", &json!(7)), 1]});
        let sealed = seal_payload(payload.clone(), place(1), &keys).unwrap();
        assert!(!sealed.to_string().contains("Ada"));

        let mut left = by_id(&keys);
        assert_eq!(open_payload(sealed.clone(), place(1), &left).unwrap(), payload);
        left.remove(&Uuid::from_u128(2));
        let opened = open_payload(sealed, place(1), &left).unwrap();
        assert_eq!(opened, json!({"a": payload["a"], "b": [{"$erased": true}, 1]}));
    }

    #[test]
    fn a_sealed_value_cannot_be_moved() {
        let keys = HashMap::from([key("profile")]);
        let payload =
            json!({"a": personal("profile", &json!("Ada")), "b": personal("profile", &json!("Bob"))});
        let sealed = seal_payload(payload, place(1), &keys).unwrap();
        let swapped = json!({"a": sealed["b"], "b": sealed["a"]});
        assert!(matches!(
            open_payload(swapped, place(1), &by_id(&keys)),
            Err(SealError::AuthenticationFailed)
        ));
        assert!(matches!(
            open_payload(sealed, place(2), &by_id(&keys)),
            Err(SealError::AuthenticationFailed)
        ));
    }

    #[test]
    fn a_sealed_value_is_found_without_parsing() {
        let key = Arc::new(DataKey::generate(Uuid::from_u128(1)));
        let keys = HashMap::from([(KeyName::new("acc_1", "profile"), key)]);
        let place = AssociatedData {
            aggregate_type: "account",
            aggregate_id: "acc_1",
            sequence: 1,
            event_type: "account.registered",
            column: "payload",
        };
        let personal = json!({"$personal": {"subject": "acc_1", "scope": "profile", "value": "Ada"}});
        let stored = seal_payload(json!({"x": [personal]}), place, &keys).unwrap().to_string();
        assert_eq!(ciphertext_digest::keys(&stored), [Some(Uuid::from_u128(1))]);
        assert!(ciphertext_digest::is_pruned(&ciphertext_digest::reduce(&stored)));
    }
}
