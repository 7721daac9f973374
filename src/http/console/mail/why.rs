//! Why a mail did not arrive, in words. A mail server says it in its own, with a status that means the same everywhere (RFC 3463);
//! where it gives none, its reply code does (RFC 5321 §4.2.3).

/// A status: class, subject, detail.
type Status = (u32, u32, u32);

/// The first status in what a server said, such as `5.1.1`.
fn status(said: &str) -> Option<Status> {
    said.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(|word| {
        let mut parts = word.trim_matches('.').split('.').map(|part| part.parse::<u32>().ok());
        let status = (parts.next()??, parts.next()??, parts.next()??);
        (parts.next().is_none() && matches!(status.0, 2 | 4 | 5) && status.1 < 10).then_some(status)
    })
}

/// The first reply code in what a server said, such as `550`.
fn code(said: &str) -> Option<u32> {
    said.split(|c: char| !c.is_ascii_digit()).find_map(|word| {
        let code = word.parse().ok().filter(|code| (400..600).contains(code))?;
        (word.len() == 3).then_some(code)
    })
}

/// The text that says why: what the server said, or what kept us from it.
#[must_use]
pub fn why(said: &str) -> &'static str {
    let has = |word: &str| said.to_ascii_lowercase().contains(word);
    // The status there is about us, not about the person's address.
    if has("user and the password") {
        return "mail-why-account";
    }
    match status(said) {
        Some((_, 1, 2) | (_, 4, 3..=4)) => return "mail-why-domain",
        Some((5, 1, _)) => return "mail-why-address",
        Some((_, 2, 2)) => return "mail-why-full",
        Some((5, 2, _)) => return "mail-why-closed",
        Some((_, 7, _)) => return "mail-why-policy",
        Some((_, 4, _)) => return "mail-why-reach",
        Some((4, ..)) => return "mail-why-later",
        Some((5, ..)) => return "mail-why-refused",
        _ => {}
    }
    if has("did not answer within") || has("timed out") {
        return "mail-why-silent";
    }
    if has("starttls") || has("tls cannot") || has("certificate") {
        return "mail-why-tls";
    }
    if has("cannot be reached") {
        return "mail-why-reach";
    }
    match code(said) {
        Some(550 | 551 | 553) => "mail-why-address",
        Some(552 | 452) => "mail-why-full",
        Some(400..500) => "mail-why-later",
        Some(_) => "mail-why-refused",
        None => "mail-why-other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_say_is_told_in_words() {
        for (said, key) in [
            ("550 5.1.1 <a@example.jp>: Recipient address rejected: User unknown", "mail-why-address"),
            ("5.1.1: 550 no such user", "mail-why-address"),
            ("550 no such user here", "mail-why-address"),
            ("5.1.2: bad destination system", "mail-why-domain"),
            ("452 4.2.2 mailbox is full", "mail-why-full"),
            ("552 quota", "mail-why-full"),
            ("5.2.1: mailbox disabled", "mail-why-closed"),
            ("554 5.7.1 Service unavailable; blocked using bl.example", "mail-why-policy"),
            ("4.4.1: no answer from host", "mail-why-reach"),
            ("451 4.3.0 try again later", "mail-why-later"),
            ("421 too many connections from 192.0.2.17", "mail-why-later"),
            ("554 transaction failed", "mail-why-refused"),
            ("127.0.0.1:25 did not answer within 60 seconds (connect)", "mail-why-silent"),
            ("mail.example.jp:587 cannot be reached: connection refused", "mail-why-reach"),
            ("mail.example.jp does not take the user and the password: 535 5.7.8", "mail-why-account"),
            ("mail.example.jp does not take the user and the password: 535 no", "mail-why-account"),
            ("mail.example.jp offers no STARTTLS, and nothing is sent unprotected", "mail-why-tls"),
            ("undeliverable", "mail-why-other"),
        ] {
            assert_eq!(why(said), key, "{said}");
        }
    }
}
