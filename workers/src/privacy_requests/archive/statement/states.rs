//! What goes with a copy under the law of another US state: the points of California's, without its sections, its categories by
//! law, and the right that only it knows.

use catalogue::Text;
use domain::law::{Law, Unit};

use super::{Part, Statement, one};

impl Statement {
    pub(super) fn parts_of_a_state(&self, law: &Law, text: &Text) -> [Part; 7] {
        [
            (text.say("statement-ccpa-categories"), self.categories.clone()),
            (text.say("statement-ccpa-sources"), self.ccpa.sources.clone()),
            (text.say("statement-ccpa-purposes"), self.ccpa.purposes.clone()),
            (text.say("statement-ccpa-disclosures"), self.ccpa.disclosures.clone()),
            (text.say("statement-ccpa-sale"), one(&self.ccpa.sale)),
            (text.say("statement-retention"), self.ccpa.retention.clone()),
            (text.say("statement-rights"), rights(law, text)),
        ]
    }
}

fn rights(law: &Law, text: &Text) -> Vec<String> {
    let told = |name: String, how: String| {
        text.say_with("statement-right-plain", [("name", name.into()), ("text", how.into())])
    };
    let mut rights = vec![
        told(text.say("statement-ccpa-right-know"), text.say("statement-ccpa-right-know-how")),
        told(text.say("statement-ccpa-right-delete"), text.say("statement-ccpa-right-delete-how")),
        told(text.say("statement-ccpa-right-correct"), text.say("statement-right-rectification-how")),
        told(text.say("statement-ccpa-right-equal"), text.say("statement-ccpa-right-equal-how")),
    ];
    let answer = law.appeal.as_ref().map(|appeal| appeal.answer_within);
    if let Some(days) = answer.filter(|period| period.unit == Unit::Days) {
        let how = text.say_with("statement-state-right-appeal-how", [("days", days.count.get().into())]);
        rights.push(told(text.say("statement-state-right-appeal"), how));
    }
    rights
}
