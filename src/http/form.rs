//! A form as it is sent: small, of one type, every field once, in UTF-8.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web::Payload;
use futures_util::StreamExt;
use zeroize::Zeroizing;

use super::error::HttpError;

/// The most bytes of a form.
pub const LARGEST: usize = 8 * 1024;
/// The most fields of a form.
const MOST_FIELDS: usize = 32;
/// How long a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// The fields of a form; gone from memory when dropped.
#[derive(Default)]
pub struct Form(BTreeMap<String, Zeroizing<String>>);

impl Form {
    /// A field; the empty text where it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.as_str())
    }

    /// A field that has something in it.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Reads a form's bytes (URL Standard §5.1), strictly: a field twice, too many of them, or bytes that are not UTF-8
    /// make the whole of it unreadable.
    ///
    /// # Errors
    /// [`HttpError::BadForm`].
    pub fn parse(body: &[u8]) -> Result<Self, HttpError> {
        let mut fields = BTreeMap::new();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            if fields.len() == MOST_FIELDS || fields.insert(name.to_string(), value).is_some() {
                return Err(HttpError::BadForm);
            }
        }
        Ok(Self(fields))
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form(..)")
    }
}

/// Plus signs and percent signs undone.
///
/// # Errors
/// [`HttpError::BadForm`].
pub fn decode(text: &[u8]) -> Result<Zeroizing<String>, HttpError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
                    return Err(HttpError::BadForm);
                };
                u8::try_from(high * 16 + low).map_err(|_| HttpError::BadForm)?
            }
            other => other,
        });
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| HttpError::BadForm)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Whether a body is said to be a form.
#[must_use]
pub fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Reads the form of a request.
///
/// # Errors
/// [`HttpError::UnsupportedMediaType`], [`HttpError::TooLarge`] or [`HttpError::BadForm`].
pub async fn read(request: &HttpRequest, payload: Payload) -> Result<Form, HttpError> {
    Form::parse(&receive(request, payload, LARGEST).await?)
}

/// Receives the bytes of a form, of which there may be no more than `largest`.
///
/// # Errors
/// [`HttpError::UnsupportedMediaType`], [`HttpError::TooLarge`] or [`HttpError::BadForm`].
pub async fn receive(
    request: &HttpRequest,
    mut payload: Payload,
    largest: usize,
) -> Result<Zeroizing<Vec<u8>>, HttpError> {
    if !is_form(request.headers()) {
        return Err(HttpError::UnsupportedMediaType);
    }
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > largest as u64) {
        return Err(HttpError::TooLarge);
    }
    let mut body = Zeroizing::new(Vec::with_capacity(largest.min(LARGEST)));
    let reading = async {
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| HttpError::BadForm)?;
            if body.len() + chunk.len() > largest {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, reading).await.map_err(|_| HttpError::BadForm)??;
    Ok(body)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_send_it() {
        let form =
            Form::parse("secret=abcde-fghjk&number=1234+5678&name=%E7%94%B0%E4%B8%AD&empty=&bare".as_bytes())
                .unwrap();
        assert_eq!(form.get("secret"), "abcde-fghjk");
        assert_eq!(form.get("number"), "1234 5678");
        assert_eq!(form.get("name"), "田中");
        assert_eq!(form.get("missing"), "");
        assert_eq!(form.filled("empty"), None);
        assert_eq!(form.filled("bare"), None);
    }

    #[test]
    fn what_is_not_a_sound_form_is_refused_whole() {
        let many = (0..40).map(|n| format!("f{n}=1")).collect::<Vec<_>>().join("&");
        for bad in ["a=1&a=2", "a=%", "a=%4", "a=%zz", "a=%FF", "a=%ED%A0%80", "%FF=1", &many] {
            assert!(matches!(Form::parse(bad.as_bytes()), Err(HttpError::BadForm)), "{bad}");
        }
        assert!(Form::parse(b"a=\xff").is_err());
    }

    proptest! {
        #[test]
        fn no_body_breaks_the_reader(body in proptest::collection::vec(any::<u8>(), 0..500)) {
            let _ = Form::parse(&body);
        }

        #[test]
        fn what_is_encoded_comes_back(value in ".{0,60}") {
            let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let form = Form::parse(format!("v={encoded}").as_bytes()).unwrap();
            prop_assert_eq!(form.get("v"), value);
        }
    }
}
