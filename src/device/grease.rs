//! Which browsers hide values without a meaning in the first message of a TLS connection (GREASE, RFC 8701). Who speaks in
//! such a browser's place without them gives itself away: a proxy that opens the connection to look inside.

use super::agent::{Agent, bounded};

/// Chromium does so since 55; some years more, so that nothing odd of that time counts.
const CHROMIUM: u32 = 60;
/// Safari's TLS does so in 15 and later for sure.
const SAFARI: u32 = 15;

/// Whether the browser of this User-Agent opens its TLS connections with GREASE.
#[must_use]
pub fn opens_with_grease(user_agent: &str) -> bool {
    let text = bounded(user_agent);
    let agent = Agent::read(&text);
    let at_least = |name: &str, least| {
        agent.word_named(name).and_then(|word| word.major()).is_some_and(|major| major >= least)
    };
    if agent.says("chrome") {
        // Until 2020 Edge had Chrome's name on an engine of its own.
        return at_least("chrome", CHROMIUM) && !agent.says("edge");
    }
    let is_apple = agent.system().any(|part| matches!(part, "iphone" | "ipad" | "macintosh"));
    is_apple && agent.says("safari") && at_least("version", SAFARI)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_browsers_that_are_sure_to_do_so_count() {
        for (does, agent) in [
            (
                true,
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
            ),
            (
                true,
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 Edg/146.0.0.0",
            ),
            (
                true,
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
            ),
            (
                true,
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
            ),
            (
                false,
                "Mozilla/5.0 (iPhone; CPU iPhone OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 Mobile/15E148 Safari/604.1",
            ),
            (
                false,
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763",
            ),
            (false, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            (
                false,
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
            ),
            (false, "curl/8.5.0"),
            (false, ""),
        ] {
            assert_eq!(opens_with_grease(agent), does, "{agent}");
        }
    }
}
