//! Validates values against the part of JSON Schema that describes ports.

use kernel::DateTime;
use serde_json::Value;
use uuid::Uuid;

/// The first thing at `at`, or below it, that is not as `schema` of `document` says.
pub(super) fn check(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let named = document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
        return check(document, named, value, at);
    }
    let forms = ["oneOf", "anyOf"].into_iter().find_map(|keyword| schema.get(keyword)?.as_array());
    if let Some(forms) = forms {
        return one_of(document, forms, value, at);
    }
    of_type(schema, value, at)?;
    for member in strings(schema, "required") {
        if value.get(member).is_none() {
            return Err(format!("`{at}/{member}` is missing"));
        }
    }
    for (member, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(value) = value.get(member) {
            check(document, schema, value, &format!("{at}/{member}"))?;
        }
    }
    if let (Some(schema), Some(items)) = (schema.get("items"), value.as_array()) {
        for (index, item) in items.iter().enumerate() {
            check(document, schema, item, &format!("{at}/{index}"))?;
        }
    }
    Ok(())
}

/// When the value says by its `refusal` which form it has, that one is looked at and its fault named.
fn one_of(document: &Value, forms: &[Value], value: &Value, at: &str) -> Result<(), String> {
    let Some(tag) = value.get("refusal").and_then(Value::as_str) else {
        let fits = forms.iter().any(|form| check(document, form, value, at).is_ok());
        return if fits { Ok(()) } else { Err(format!("`{at}` has none of its forms")) };
    };
    let named = |form: &&Value| {
        let tags = form.pointer("/properties/refusal").map(|tag| strings(tag, "enum")).unwrap_or_default();
        tags.contains(&tag)
    };
    match forms.iter().find(named) {
        Some(form) => check(document, form, value, at),
        None => Err(format!("the port has no refusal `{tag}`")),
    }
}

fn of_type(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let types = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(_)) => strings(schema, "type"),
        // How a method without an answer is described.
        _ if schema.get("default").is_some_and(Value::is_null) => vec!["null"],
        _ => return Ok(()),
    };
    let is = |name: &&str| match *name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => true,
    };
    if !types.iter().any(is) {
        return Err(format!("`{at}` is {value}, not of the type {}", types.join(" or ")));
    }
    let values = schema.get("enum").and_then(Value::as_array);
    if values.is_some_and(|values| !values.contains(value)) {
        return Err(format!("`{at}` is {value}, none of its values"));
    }
    let Some(text) = value.as_str() else { return Ok(()) };
    let reads = match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => Uuid::parse_str(text).is_ok(),
        Some("date-time") => DateTime::parse_from_rfc3339(text).is_ok(),
        _ => true,
    };
    if reads { Ok(()) } else { Err(format!("`{at}` is {value}, which has not its format")) }
}

fn strings<'a>(schema: &'a Value, member: &str) -> Vec<&'a str> {
    schema.get(member).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use inventory_contract::STOCK;
    use serde_json::{Value, json};

    use super::check;

    fn fault(path: &str, value: &Value) -> String {
        let document = STOCK.openapi();
        check(&document, document.pointer(path).unwrap(), value, "").err().unwrap_or_default()
    }

    #[test]
    fn what_is_not_as_the_port_says_is_named() {
        let answer =
            |method| format!("/paths/~1ports~1stock~1v1~1{method}/post/responses/200/content/application~1json/schema");
        let refusal = "/components/schemas/StockRefusal";
        let order = "01890a5d-ac96-774b-bcce-b302099a8057";
        for (path, value, said) in [
            (answer("hold"), json!({"order": order, "until": "2026-01-01T00:00:00Z", "more": 1}), ""),
            (answer("hold"), json!({"order": order}), "`/until` is missing"),
            (answer("hold"), json!({"order": "7", "until": "2026-01-01T00:00:00Z"}), "`/order` is \"7\", which"),
            (answer("hold"), json!({"order": order, "until": "soon"}), "`/until` is \"soon\", which"),
            (answer("commit"), json!(null), ""),
            (answer("commit"), json!({}), "`` is {}, not of the type null"),
            (answer("levels"), json!([{"sku": "cup", "available": 1}]), ""),
            (answer("levels"), json!([{"sku": "cup", "available": "1"}]), "`/0/available` is \"1\", not of the type"),
            (answer("levels"), json!({}), "not of the type array"),
            (refusal.to_owned(), json!({"refusal": "not-held", "order": order}), ""),
            (refusal.to_owned(), json!({"refusal": "not-held"}), "`/order` is missing"),
            (refusal.to_owned(), json!({"refusal": "sold-out"}), "the port has no refusal `sold-out`"),
            (refusal.to_owned(), json!({}), "none of its forms"),
        ] {
            let found = fault(&path, &value);
            assert!(found.contains(said) && said.is_empty() == found.is_empty(), "{value}: {found}");
        }
    }
}
