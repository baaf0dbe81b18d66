//! Events: facts in the past tense, in an envelope with `CloudEvents` names.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::EventId;

/// A fact that a module publishes. The enum of a module's events is written with [`crate::events!`].
pub trait Event: Sized {
    /// The module whose outbox holds these events, such as `order`.
    const SOURCE: &'static str;

    /// Every event type with the schema of its data.
    fn schemas() -> Vec<(&'static str, Schema)>;

    /// Past tense and versioned: `order.confirmed.v1`.
    fn event_type(&self) -> &str;

    /// The aggregate it happened to. Events of one stream are delivered in order.
    fn stream(&self) -> String;

    fn data(&self) -> Result<serde_json::Value, serde_json::Error>;

    /// Reads an event back. A type that this build does not know is not an error: a newer producer may
    /// publish more than an older consumer understands.
    fn decode(event_type: &str, data: &str) -> Result<Self, serde_json::Error>;
}

/// An event as it stands in an outbox and on the wire (`CloudEvents` 1.0 in JSON, with extensions).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    pub specversion: SpecVersion,
    pub id: EventId,
    /// The publishing module.
    pub source: String,
    #[serde(rename = "type")]
    pub event_type: String,
    pub time: DateTime<Utc>,
    /// The aggregate; events of one stream are delivered in order.
    pub stream: String,
    /// Counts the events of its stream from 1, without gaps.
    pub streamversion: i64,
    /// Counts the events of the outbox from 1, without gaps, in commit order.
    pub position: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlationid: Option<Uuid>,
    /// The event or command that led to this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causationid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    pub data: Box<serde_json::value::RawValue>,
}

impl Envelope {
    pub fn event<E: Event>(&self) -> Result<E, serde_json::Error> {
        E::decode(&self.event_type, self.data.get())
    }
}

/// Always `1.0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SpecVersion {
    #[default]
    #[serde(rename = "1.0")]
    V1,
}

/// Declares a module's events: the enum, its codec, and the schemas of what it carries.
///
/// ```ignore
/// kernel::events! {
///     /// What order tells the others.
///     pub enum OrderEvent in "order" {
///         /// The order stands and will be delivered.
///         "order.confirmed.v1" => Confirmed(OrderConfirmed) of |event| event.order,
///     }
/// }
/// ```
///
/// Every payload is a struct with optional additions only; `of` names the stream.
#[macro_export]
macro_rules! events {
    (
        $(#[$doc:meta])*
        $vis:vis enum $name:ident in $source:literal {
            $($(#[$variant_doc:meta])* $type:literal => $variant:ident($payload:ty) of |$event:ident| $stream:expr),+ $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        $vis enum $name {
            $($(#[$variant_doc])* $variant($payload),)+
            /// Published by a newer build; this one passes it by.
            Unknown(String),
        }

        $(impl From<$payload> for $name {
            fn from(payload: $payload) -> Self {
                Self::$variant(payload)
            }
        })+

        impl $crate::Event for $name {
            const SOURCE: &'static str = $source;

            fn schemas() -> Vec<(&'static str, $crate::event::Schema)> {
                vec![$(($type, $crate::event::schema_of::<$payload>())),+]
            }

            fn event_type(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $type,)+
                    Self::Unknown(event_type) => event_type,
                }
            }

            fn stream(&self) -> String {
                match self {
                    $(Self::$variant($event) => ($stream).to_string(),)+
                    Self::Unknown(event_type) => event_type.clone(),
                }
            }

            fn data(&self) -> Result<$crate::event::Json, $crate::event::JsonError> {
                match self {
                    $(Self::$variant(payload) => $crate::event::to_json(payload),)+
                    Self::Unknown(_) => Ok($crate::event::Json::Null),
                }
            }

            fn decode(event_type: &str, data: &str) -> Result<Self, $crate::event::JsonError> {
                match event_type {
                    $($type => $crate::event::from_json(data).map(Self::$variant),)+
                    other => Ok(Self::Unknown(other.to_owned())),
                }
            }
        }
    };
}

pub use serde_json::{Error as JsonError, Value as Json, from_str as from_json, to_value as to_json};

/// A JSON schema with the schemas that it refers to.
#[derive(Clone)]
pub struct Schema {
    pub name: String,
    pub schema: utoipa::openapi::RefOr<utoipa::openapi::Schema>,
    pub components: Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Schema({})", self.name)
    }
}

/// The schema of `T` and of all that it mentions.
pub fn schema_of<T: utoipa::ToSchema>() -> Schema {
    let mut components = Vec::new();
    T::schemas(&mut components);
    Schema { name: T::name().into_owned(), schema: T::schema(), components }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use utoipa::ToSchema;

    use crate::Event;

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    struct Planted {
        tree: String,
    }

    crate::events! {
        enum TreeEvent in "forest" {
            "tree.planted.v1" => Planted(Planted) of |event| event.tree,
        }
    }

    #[test]
    fn an_event_round_trips() {
        let event = TreeEvent::from(Planted { tree: "fig".to_owned() });
        let data = event.data().unwrap().to_string();
        assert_eq!((event.event_type(), event.stream().as_str()), ("tree.planted.v1", "fig"));
        assert_eq!(TreeEvent::decode("tree.planted.v1", &data).unwrap(), event);
    }

    #[test]
    fn a_newer_event_is_passed_by_and_added_fields_are_ignored() {
        assert_eq!(TreeEvent::decode("tree.felled.v1", "{}").unwrap(), TreeEvent::Unknown("tree.felled.v1".to_owned()));
        assert!(TreeEvent::decode("tree.planted.v1", r#"{"tree":"fig","height_cm":3}"#).is_ok());
        assert!(TreeEvent::decode("tree.planted.v1", "{}").is_err());
    }
}
