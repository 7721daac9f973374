//! What Redis answers, as what it should be.

use redis::Value;

use crate::store::StoreError;

/// A text, where it is one.
pub fn text(value: Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => String::from_utf8(bytes).ok(),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Some(text),
        Value::Okay => Some("OK".to_owned()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Bytes, or nothing.
pub fn bytes(value: Value) -> Result<Option<Vec<u8>>, StoreError> {
    match value {
        Value::Nil => Ok(None),
        Value::BulkString(bytes) => Ok(Some(bytes)),
        Value::SimpleString(text) => Ok(Some(text.into_bytes())),
        other => Err(unexpected(&other)),
    }
}

/// A list.
pub fn list(value: Value) -> Result<Vec<Value>, StoreError> {
    match value {
        Value::Array(values) => Ok(values),
        Value::Nil => Ok(Vec::new()),
        other => Err(unexpected(&other)),
    }
}

/// Names and values that come one after the other.
pub fn pairs(value: Value) -> Vec<(String, String)> {
    let list = match value {
        Value::Map(pairs) => pairs.into_iter().flat_map(|(name, value)| [name, value]).collect(),
        other => list(other).unwrap_or_default(),
    };
    let mut texts = list.into_iter().map(|value| text(value).unwrap_or_default());
    std::iter::from_fn(|| Some((texts.next()?, texts.next()?))).collect()
}

/// The fault that an answer has another shape than asked for.
pub fn unexpected(value: &Value) -> StoreError {
    // Its kind, not its content: what is stored is nobody's to read in a log.
    let kind = match value {
        Value::Nil => "nothing",
        Value::Int(_) => "a number",
        Value::BulkString(_) => "bytes",
        Value::Array(_) => "a list",
        Value::SimpleString(_) | Value::Okay => "a word",
        Value::ServerError(_) => "an error",
        _ => "something else",
    };
    StoreError::Damaged(format!("Redis answered with {kind} where that makes no sense"))
}
