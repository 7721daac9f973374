//! The offers of the stories: the three shipped ones, and one for each way in which a bundle password comes about.

/// The password is the secret itself. P-256, so that a story with many claims is quick.
pub const QUICK: &str = r#"
name = "quick"
title = { ja = "証明書", en = "Certificate" }
description = { ja = "試験用の証明書です。", en = "A certificate for tests." }
key = "p-256"
"#;

/// The machine makes a password and shows it on the ticket page.
pub const SHOWN: &str = r#"
name = "shown"
title = { ja = "証明書", en = "Certificate" }
description = { ja = "試験用の証明書です。", en = "A certificate for tests." }
key = "p-256"
[bundle]
password = "shown"
"#;

/// The password travels on a second letter.
pub const SEPARATE: &str = r#"
name = "separate"
title = { ja = "証明書", en = "Certificate" }
description = { ja = "試験用の証明書です。", en = "A certificate for tests." }
key = "p-256"
[bundle]
password = "separate"
"#;

/// The person chooses the password.
pub const CHOSEN: &str = r#"
name = "chosen"
title = { ja = "証明書", en = "Certificate" }
description = { ja = "試験用の証明書です。", en = "A certificate for tests." }
key = "p-256"
[bundle]
password = "chosen"
"#;

/// The profile carries the password; where there is no profile, the page shows it.
pub const EMBEDDED: &str = r#"
name = "embedded"
title = { ja = "証明書", en = "Certificate" }
description = { ja = "試験用の証明書です。", en = "A certificate for tests." }
key = "p-256"
[bundle]
password = "shown"
embedded = true
"#;

/// Strictly one fetch.
pub const ONCE: &str = r#"
name = "once"
title = { ja = "証明書", en = "Certificate" }
description = { ja = "試験用の証明書です。", en = "A certificate for tests." }
key = "p-256"
[delivery]
fetches = 1
"#;

/// A certificate whose life is over before its invitation's would be.
pub const SHORT: &str = r#"
name = "short"
title = { ja = "証明書", en = "Certificate" }
description = { ja = "試験用の証明書です。", en = "A certificate for tests." }
key = "p-256"
validity_days = 2
"#;

/// Every offer of the stories that is not shipped.
pub const ALL: [(&str, &str); 7] = [
    ("quick.toml", QUICK),
    ("shown.toml", SHOWN),
    ("separate.toml", SEPARATE),
    ("chosen.toml", CHOSEN),
    ("embedded.toml", EMBEDDED),
    ("once.toml", ONCE),
    ("short.toml", SHORT),
];
