//! JSON pointers (RFC 6901) from the paths that serde and garde keep.

use serde_path_to_error::{Path, Segment};

use crate::{ApiError, FieldError};

/// `field` is the member that the error is about, where serde blames the object around it.
pub(super) fn of_path(path: &Path, field: Option<&str>) -> String {
    let mut steps: Vec<String> = path.iter().filter_map(step).collect();
    if let Some(field) = field.filter(|field| steps.last().is_none_or(|last| last != field)) {
        steps.push(field.to_owned());
    }
    join(steps.iter().map(String::as_str))
}

fn step(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// Every rule that a value breaks, each with its place.
pub(super) fn of_report(report: &garde::Report) -> ApiError {
    let place = |(path, error): &(garde::Path, garde::Error)| {
        let steps: Vec<&str> = path.__iter().rev().map(|(_, step)| step.as_str()).collect();
        FieldError::broken_rule(join(steps.into_iter()), error.message())
    };
    ApiError::invalid_fields(report.iter().map(place).collect())
}

pub(super) fn join<'a>(steps: impl Iterator<Item = &'a str>) -> String {
    steps.filter(|step| !step.is_empty()).fold(String::new(), |mut pointer, step| {
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        pointer
    })
}
