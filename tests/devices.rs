//! Devices are recognised as the labelled samples say, and no text whatever does harm.
#![expect(clippy::unwrap_used, reason = "a test may stop where it fails")]

use serde_json::Value;
use tegata::device::{Device, Hints};

fn mismatches(samples: &str) -> Vec<String> {
    let samples: Vec<Value> = serde_json::from_str(samples).unwrap();
    assert!(samples.len() >= 60);
    let mut wrong = Vec::new();
    for mut sample in samples {
        let labels = sample.as_object_mut().unwrap();
        let agent = labels.remove("ua").unwrap();
        let told = serde_json::to_value(Device::recognise(&Hints::of(agent.as_str().unwrap()))).unwrap();
        if told != sample {
            wrong.push(format!("{agent}\n   expected {sample}\n   told     {told}"));
        }
    }
    wrong
}

#[test]
fn the_sixty_samples_are_classified_as_labelled() {
    let wrong = mismatches(include_str!("fixtures/user_agents.json"));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
