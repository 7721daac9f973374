//! What to do on which device: one source of steps per system and version, as data.

use super::words::{Phrase, Words};
use crate::device::Platform;

/// What the steps depend on.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// The system.
    pub platform: Platform,
    /// Its major version, where that is known.
    pub major: Option<u32>,
    /// Whether the device asks for the bundle password.
    pub asks_password: bool,
    /// Whether the file brings a root that the person must trust by hand.
    pub has_trust_anchor: bool,
    /// The file's name.
    pub file: &'a str,
    /// Whether it can still be downloaded; else the page has no button for it.
    pub downloads: bool,
}

impl Situation<'_> {
    fn at_least(&self, major: u32) -> bool {
        self.major.is_some_and(|known| known >= major)
    }

    fn below(&self, major: u32) -> bool {
        self.major.is_some_and(|known| known < major)
    }

    /// The keys of the steps from the download on, in their order.
    fn keys_from_download(&self) -> Vec<&'static str> {
        let mut keys = Vec::with_capacity(8);
        let password = |keys: &mut Vec<_>, key| {
            if self.asks_password {
                keys.push(key);
            }
        };
        match self.platform {
            Platform::Ios | Platform::Ipados => {
                keys.push("step-ios-allow");
                keys.push(if self.below(15) { "step-ios-settings-old" } else { "step-ios-settings" });
                keys.push("step-ios-install");
                password(&mut keys, "step-ios-password");
                keys.push("step-ios-done");
                if self.has_trust_anchor {
                    keys.push("step-ios-trust");
                }
                keys.push("step-ios-safari");
            }
            Platform::Android => {
                keys.push("step-android-open");
                password(&mut keys, "step-android-password");
                keys.push(match () {
                    () if self.at_least(11) => "step-android-kind",
                    () if self.below(11) => "step-android-kind-old",
                    () => "step-android-kind-unknown",
                });
                keys.push("step-android-name");
                if !self.at_least(11) {
                    keys.push("step-android-lock");
                }
                keys.push("step-android-done");
                keys.push("step-android-chrome");
            }
            Platform::Windows => {
                keys.extend(["step-windows-open", "step-windows-user"]);
                password(&mut keys, "step-windows-password");
                keys.push("step-windows-store");
                if self.has_trust_anchor {
                    keys.push("step-windows-root");
                }
                keys.push("step-windows-done");
            }
            Platform::Macos => {
                keys.push("step-macos-allow");
                keys.push(match () {
                    () if self.at_least(15) => "step-macos-settings",
                    () if self.at_least(13) => "step-macos-settings-13",
                    () if self.below(13) => "step-macos-settings-12",
                    () => "step-macos-settings-unknown",
                });
                keys.push("step-macos-install");
                password(&mut keys, "step-macos-password");
                keys.push("step-macos-always");
            }
            Platform::Chromeos | Platform::Linux | Platform::Unknown => {
                keys.extend(["step-browser-save", "step-browser-import"]);
                password(&mut keys, "step-browser-password");
            }
        }
        keys
    }

    /// The keys of the steps, in their order. The first tells of the download, and of nothing that comes after it.
    fn keys(&self) -> Vec<&'static str> {
        let mut keys = self.keys_from_download();
        if !self.downloads {
            match self.platform {
                Platform::Android | Platform::Windows => keys[0] = "step-open-downloaded",
                _ => {
                    keys.remove(0);
                }
            }
        }
        keys
    }

    /// The steps, from the tap on the download to the end.
    #[must_use]
    pub fn steps(&self, words: Words) -> Vec<Phrase<'static>> {
        self.keys().into_iter().map(|key| words.say(key).with("name", self.file.to_owned())).collect()
    }

    /// What helps where nothing happens after the download.
    #[must_use]
    pub fn prompt(&self, words: Words) -> Phrase<'static> {
        match self.platform {
            platform if platform.is_apple_mobile() => words.say("ticket-trouble-prompt-ios"),
            Platform::Android => words.say("ticket-trouble-prompt-file").with("name", self.file.to_owned()),
            _ => words.say("ticket-trouble-prompt-pc").with("name", self.file.to_owned()),
        }
    }

    /// How an old certificate is removed.
    #[must_use]
    pub fn removal(&self, words: Words) -> Phrase<'static> {
        words.say(match self.platform {
            Platform::Ios | Platform::Ipados => "ticket-old-ios",
            Platform::Android => "ticket-old-android",
            Platform::Windows => "ticket-old-windows",
            Platform::Macos => "ticket-old-macos",
            Platform::Chromeos | Platform::Linux | Platform::Unknown => "ticket-old-browser",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::language::Language;

    fn keys(platform: Platform, major: Option<u32>) -> Vec<&'static str> {
        situation(platform, major).keys()
    }

    fn situation(platform: Platform, major: Option<u32>) -> Situation<'static> {
        Situation {
            platform,
            major,
            asks_password: true,
            has_trust_anchor: false,
            file: "a.p12",
            downloads: true,
        }
    }

    #[test]
    fn nobody_is_sent_to_a_button_that_is_gone() {
        for platform in Platform::ALL {
            for language in Language::ALL {
                let words = Words(language);
                let button = words.say("ticket-download").to_string();
                let told = |downloads| {
                    let steps = Situation { downloads, ..situation(platform, None) }.steps(words);
                    steps.iter().any(|step| step.to_string().contains(&button))
                };
                assert!(told(true) && !told(false), "{platform}");
            }
        }
    }

    #[test]
    fn each_version_gets_its_own_steps() {
        for (platform, major, step) in [
            (Platform::Ios, Some(14), "step-ios-settings-old"),
            (Platform::Ios, Some(15), "step-ios-settings"),
            (Platform::Ipados, Some(26), "step-ios-settings"),
            (Platform::Ios, None, "step-ios-settings"),
            (Platform::Android, Some(10), "step-android-kind-old"),
            (Platform::Android, Some(11), "step-android-kind"),
            (Platform::Android, None, "step-android-kind-unknown"),
            (Platform::Macos, Some(12), "step-macos-settings-12"),
            (Platform::Macos, Some(14), "step-macos-settings-13"),
            (Platform::Macos, Some(15), "step-macos-settings"),
            (Platform::Macos, None, "step-macos-settings-unknown"),
        ] {
            assert!(keys(platform, major).contains(&step), "{platform} {major:?}");
        }
        assert!(keys(Platform::Android, None).contains(&"step-android-lock"));
        assert!(!keys(Platform::Android, Some(14)).contains(&"step-android-lock"));
    }

    #[test]
    fn nobody_is_told_of_a_password_or_a_root_that_is_not_asked_for() {
        for platform in Platform::ALL {
            let situation = Situation { asks_password: false, ..situation(platform, None) };
            assert!(situation.keys().iter().all(|key| !key.ends_with("-password")), "{platform}");
            assert!(situation.keys().iter().all(|key| !key.ends_with("-trust") && !key.ends_with("-root")));
        }
    }
}
