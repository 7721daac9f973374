//! Just as much of our own pages as a simulated phone needs: what tests and scripts hold on to (`http/mod.rs`).

/// The attribute `name` of the first tag that contains `mark`.
pub(super) fn attribute(page: &str, mark: &str, name: &str) -> Option<String> {
    let at = page.find(mark)?;
    // The mark may be the tag's own beginning.
    let begin = page.get(..=at)?.rfind('<')?;
    let tag = page.get(begin..)?.split('>').next()?;
    let value = tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?;
    Some(decoded(value))
}

/// The text of the first element whose tag contains `mark`, up to its own end, without tags and white space.
pub(super) fn text(page: &str, mark: &str, element: &str) -> Option<String> {
    let rest = page.get(page.find(mark)?..)?.split_once('>')?.1;
    let inside = rest.split(&format!("</{element}>")).next()?;
    let mut text = String::new();
    let mut in_tag = false;
    for c in inside.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag && !c.is_whitespace() => text.push(c),
            _ => {}
        }
    }
    Some(decoded(&text))
}

/// Without the references that our templates write (decimal ones, and those of HTML's own characters).
fn decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let Some((name, behind)) = after.split_once(';').filter(|(name, _)| name.len() < 8) else {
            decoded.push('&');
            rest = after;
            continue;
        };
        let number = name.strip_prefix('#').and_then(|number| number.parse().ok()).and_then(char::from_u32);
        match (name, number) {
            (_, Some(c)) => decoded.push(c),
            ("amp", _) => decoded.push('&'),
            ("lt", _) => decoded.push('<'),
            ("gt", _) => decoded.push('>'),
            ("quot", _) => decoded.push('"'),
            _ => decoded.extend(["&", name, ";"]),
        }
        rest = behind;
    }
    decoded + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_and_texts_are_read_as_they_were_meant() {
        let page = r#"<body data-page="ticket"><p><a class="b" id="file" href="../d/x/a.p12?lang=ja&#38;a=1">F</a>
            <code id="bundle-password"><span>ab&amp;c</span> <span>de</span></code></body>"#;
        assert_eq!(attribute(page, r#"id="file""#, "href").as_deref(), Some("../d/x/a.p12?lang=ja&a=1"));
        assert_eq!(attribute(page, "<body", "data-page").as_deref(), Some("ticket"));
        assert_eq!(text(page, r#"id="bundle-password""#, "code").as_deref(), Some("ab&cde"));
        assert_eq!(attribute(page, r#"id="none""#, "href"), None);
    }
}
