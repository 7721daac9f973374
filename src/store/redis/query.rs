//! What reads the store: commands, and what their answers mean.

use redis::{Cmd, Value};

use super::answer::{self, unexpected};
use super::form;
use super::keyspace::PartitionKeys;
use crate::store::{Cursor, Document, Event, Key, Position, Scan, Scanned, StoreError};

pub fn document(of: &PartitionKeys, key: &Key) -> Cmd {
    let mut command = redis::cmd("HGET");
    command.arg(of.documents()).arg(key.as_str());
    command
}

pub fn read_document(key: &Key, answer: Value) -> Result<Option<Document>, StoreError> {
    let Some(value) = answer::bytes(answer)? else { return Ok(None) };
    let (version, bytes) = form::document(&value)
        .map_err(|reason| StoreError::Damaged(format!("the document {key}: {reason}")))?;
    Ok(Some(Document { key: key.clone(), version, bytes }))
}

/// The part of an index that a scan asks for, and one place more; nothing where no order can fit.
pub fn scan(of: &PartitionKeys, index: &Key, scan: &Scan) -> Option<Cmd> {
    if scan.prefix.bytes().any(|byte| !(0x20..0x7f).contains(&byte)) {
        return None;
    }
    let (first, end) = scan.bounds();
    let (first, end) = (format!("[{}", bound(first)), format!("({}", bound(end)));
    let mut command = redis::cmd("ZRANGE");
    command.arg(of.index(index));
    if scan.descending {
        command.arg(end).arg(first).arg("BYLEX").arg("REV");
    } else {
        command.arg(first).arg(end).arg("BYLEX");
    }
    command.arg("LIMIT").arg(0).arg(scan.limit.saturating_add(1));
    Some(command)
}

/// A bound of orders as one of members, in which a NUL follows the order. No order holds a byte below 0x20, so that where the
/// bound itself has a NUL, 0x01 divides the orders as well.
fn bound(mut bound: String) -> String {
    if let Some(at) = bound.find('\0') {
        bound.truncate(at);
        bound.push('\x01');
    }
    bound
}

pub fn read_scan(index: &Key, scan: &Scan, answer: Value) -> Result<Scanned, StoreError> {
    let damaged = |reason: String| StoreError::Damaged(format!("index {index}: {reason}"));
    let members = answer::list(answer)?;
    let more = members.len() > scan.limit;
    let mut entries = Vec::with_capacity(members.len());
    for member in members.into_iter().take(scan.limit) {
        let member = answer::bytes(member)?.ok_or_else(|| damaged("a place is nothing".to_owned()))?;
        entries.push(form::place(&member).map_err(damaged)?);
    }
    let next = if more { entries.last().map(|(order, _)| Cursor(order.clone())) } else { None };
    Ok(Scanned { entries, next })
}

/// Events after a position; nothing where no event can come after it.
pub fn events(of: &PartitionKeys, after: Position, limit: usize) -> Option<Cmd> {
    let mut command = redis::cmd("XRANGE");
    command.arg(of.log()).arg(after.0.checked_add(1)?).arg("+").arg("COUNT").arg(limit);
    Some(command)
}

/// Reads what XRANGE answers: pairs of a name (`POSITION-0`) and a list of one field and its value.
pub fn read_events(answer: Value) -> Result<Vec<Event>, StoreError> {
    answer::list(answer)?
        .into_iter()
        .map(|event| {
            let mut parts = answer::list(event)?.into_iter();
            let name = parts.next().and_then(answer::text).unwrap_or_default();
            let position = name.strip_suffix("-0").and_then(|position| position.parse().ok());
            let fields = answer::list(parts.next().unwrap_or_default())?;
            let value = fields.into_iter().nth(1).unwrap_or_default();
            let (Some(position), Some(value)) = (position, answer::bytes(value)?) else {
                return Err(StoreError::Damaged(format!("the event {name:?} of the log has another shape")));
            };
            let bytes = form::unpacked(&value)
                .map_err(|reason| StoreError::Damaged(format!("event {position}: {reason}")))?;
            Ok(Event { position: Position(position), bytes })
        })
        .collect()
}

pub fn last_event(of: &PartitionKeys) -> Cmd {
    let mut command = redis::cmd("HGET");
    command.arg(of.head()).arg("position");
    command
}

pub fn read_position(answer: Value) -> Result<Position, StoreError> {
    match answer {
        Value::Nil => Ok(Position(0)),
        other => {
            let shown = unexpected(&other);
            answer::text(other).and_then(|position| position.parse().ok()).map(Position).ok_or(shown)
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::store::Partition;
    use crate::store::redis::keyspace::Keyspace;

    fn of() -> PartitionKeys {
        Keyspace::new("t").partition(&Partition::installation())
    }

    fn packed(command: Option<Cmd>) -> String {
        String::from_utf8(command.unwrap().get_packed_command()).unwrap()
    }

    #[test]
    fn a_bound_with_a_nul_divides_the_orders_as_it_should() {
        let scan = Scan { after: Some(Cursor("a\0z".into())), limit: 1, ..Scan::default() };
        assert!(packed(super::scan(&of(), &Key::new("i").unwrap(), &scan)).contains("[a\u{1}\r\n"));
        let scan = Scan { descending: true, ..scan };
        assert!(packed(super::scan(&of(), &Key::new("i").unwrap(), &scan)).contains("(a\u{1}\r\n"));
    }

    #[test]
    fn no_event_comes_after_the_last_position() {
        assert!(events(&of(), Position(u64::MAX), 1).is_none());
        assert!(
            packed(events(&of(), Position(0), 7)).contains("\r\n1\r\n$1\r\n+\r\n$5\r\nCOUNT\r\n$1\r\n7\r\n")
        );
    }

    #[test]
    fn what_has_another_shape_is_damage() {
        let key = Key::new("a").unwrap();
        let damaged = |error: StoreError| assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
        damaged(read_document(&key, Value::BulkString(vec![1, 2])).unwrap_err());
        damaged(read_document(&key, Value::Int(1)).unwrap_err());
        damaged(read_scan(&key, &Scan::default(), Value::Int(1)).unwrap_err());
        let place = Value::Array(vec![Value::BulkString(b"no separator".to_vec())]);
        damaged(read_scan(&key, &Scan { limit: 1, ..Scan::default() }, place).unwrap_err());
        damaged(read_events(Value::Array(vec![Value::Array(vec![])])).unwrap_err());
        damaged(read_position(Value::BulkString(b"-1".to_vec())).unwrap_err());
        assert_eq!(read_position(Value::Nil), Ok(Position(0)));
    }
}
