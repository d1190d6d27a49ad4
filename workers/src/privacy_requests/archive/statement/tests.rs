//! What the statement says, by law and by configuration.

use catalogue::{Catalogue, Language};
use domain::law::Laws;
use serde_json::json;

use super::*;

fn english() -> Text {
    Catalogue::built_in().text(Language::En)
}

fn law(id: &str) -> &'static Law {
    Laws::built_in().newest(&id.parse().unwrap()).unwrap()
}

fn configured() -> Practice {
    Practice {
        consent: Consent::OptIn,
        mail_server: Some("mail.example.com".to_owned()),
        phone_gateway: Some("gateway.example.com".to_owned()),
        object_store: Some("s3://bucket".to_owned()),
    }
}

#[test]
fn every_point_of_the_article_is_there_by_default() {
    let statement = Statement::of(&Practice::default(), &english());
    for form in [statement.to_text(law("gdpr"), &english()), statement.to_html(law("gdpr"), &english())] {
        for word in [
            "Art. 6(1)(b)",
            "Kinds of data",
            "Who receives it",
            "How long it is kept",
            "Rectification",
            "Erasure",
            "Restriction",
            "Objection",
            "Portability",
            "supervisory authority",
            "Where the data comes from",
            "Art. 22 GDPR",
        ] {
            assert!(form.contains(word), "{word}");
        }
        assert_eq!(
            form.matches("not stated").count(),
            2,
            "who is responsible and who to ask are the operator's to say"
        );
    }
}

#[test]
fn the_default_names_no_recipient_that_is_not_configured_and_claims_no_consent_that_was_not_asked_for() {
    let text = Statement::of(&Practice::default(), &english()).to_text(law("gdpr"), &english());
    for word in ["gateway", "mail server", "object store", "consent", "Art. 6(1)(a)", "Art. 7(3)"] {
        assert!(!text.contains(word), "{word}");
    }
    assert!(text.contains("Art. 6(1)(f)"));
}

#[test]
fn the_default_follows_the_configuration() {
    let text = Statement::of(&configured(), &english()).to_text(law("gdpr"), &english());
    for word in
        ["mail.example.com", "gateway.example.com", "s3://bucket", "your consent, Art. 6(1)(a)", "Art. 7(3)"]
    {
        assert!(text.contains(word), "{word}");
    }
    assert!(!text.contains("Art. 6(1)(f)"), "nothing rests on legitimate interest with opt-in");
}

#[test]
fn a_request_under_the_ccpa_gets_its_own_text() {
    let statement = Statement::of(&configured(), &english());
    for form in [statement.to_text(law("ccpa"), &english()), statement.to_html(law("ccpa"), &english())] {
        for word in [
            "§ 1798.110",
            "Categories of personal information collected",
            "sold or shared",
            "§ 1798.105",
            "§ 1798.125",
            "gateway.example.com",
        ] {
            assert!(form.contains(word), "{word}");
        }
        for word in ["GDPR)", "Art. 6", "supervisory"] {
            assert!(!form.contains(word), "{word}");
        }
    }
}

#[test]
fn a_request_under_the_law_of_another_state_gets_the_points_of_the_ccpa_without_its_claims() {
    let statement = Statement::of(&configured(), &english());
    for id in Laws::built_in().ids().into_iter().filter(|id| id.as_str().starts_with("us_")) {
        let law = law(id.as_str());
        for form in [statement.to_text(law, &english()), statement.to_html(law, &english())] {
            assert!(form.contains(&law.name), "{id}");
            for word in ["sold or shared", "To delete: ", "gateway.example.com", "No retaliation"] {
                assert!(form.contains(word), "{id}: {word}");
            }
            for word in ["§", "California", "limit the use", "GDPR)", "Art. ", "supervisory"] {
                assert!(!form.contains(word), "{id}: {word}");
            }
        }
    }
    let told = |id| statement.to_text(law(id), &english());
    assert!(told("us_va").contains("To appeal: ") && told("us_va").contains("within 60 days"));
    assert!(told("us_co").contains("within 45 days"));
    assert!(!told("us_ut").contains("appeal"), "Utah knows none");
}

#[test]
fn a_request_under_a_law_elsewhere_gets_the_text_of_the_gdpr_and_is_told_so() {
    let statement = Statement::of(&configured(), &english());
    for id in ["uk_gdpr", "ch_dsg", "ca_qc_law25", "br_lgpd", "in_dpdp"] {
        let text = statement.to_text(law(id), &english());
        assert!(text.contains(&law(id).name) && text.contains("Art. 22 GDPR"), "{text}");
        let html = statement.to_html(law(id), &english());
        assert!(html.contains("articles below are articles of the GDPR"), "{html}");
        assert!(!html.contains("This is what Article 15(1)"), "{html}");
    }
}

#[test]
fn a_deployment_replaces_what_it_names_and_no_more() {
    let own = json!({"controller": "Ada & <b>Sons</b> Ltd", "contact": "dpo@example.com", "transfers": [],
        "ccpa": {"sale": "We sell it."}});
    let statement = Statement::stated(&configured(), own, &english()).unwrap();
    let default = Statement::of(&configured(), &english());
    assert_eq!(statement.purposes, default.purposes);
    assert_eq!((statement.ccpa.sale.as_str(), &statement.ccpa.rights), ("We sell it.", &default.ccpa.rights));
    assert!(statement.names_who_answers());
    let html = statement.to_html(law("gdpr"), &english());
    assert!(html.contains("<li>Ada &amp; &lt;b&gt;Sons&lt;/b&gt; Ltd</li>"));
    assert!(html.contains("The operator has not stated this"));
    assert!(statement.to_text(law("gdpr"), &english()).contains("  - Ada & <b>Sons</b> Ltd\n"));
}

#[test]
fn a_slip_is_not_swallowed() {
    for own in
        [json!({"controler": ""}), json!({"ccpa": {"sales": ""}}), json!({"purposes": "one"}), json!([])]
    {
        assert!(Statement::stated(&Practice::default(), own.clone(), &english()).is_err(), "{own}");
    }
}

#[test]
fn who_answers_is_named_by_nobody_but_the_operator() {
    assert!(!Statement::of(&configured(), &english()).names_who_answers());
    let half = Statement {
        controller: "Example Ltd".to_owned(),
        contact: " ".to_owned(),
        ..Statement::of(&configured(), &english())
    };
    assert!(!half.names_who_answers());
}

#[test]
fn every_member_is_explained_to_who_fills_it_in() {
    let statement = Statement::of(&configured(), &english());
    let keys = statement.keys().unwrap();
    let mut built = json!({});
    for Key { name, default, .. } in keys {
        match name.split_once('.') {
            Some((table, name)) => built[table][name] = default,
            None => built[name] = default,
        }
    }
    assert_eq!(built, serde_json::to_value(&statement).unwrap(), "a member has no explanation");
}

#[test]
fn the_defaults_are_in_the_language_of_the_person_and_what_is_stated_is_as_it_was_stated() {
    let own = json!({"controller": "Example Ltd", "transfers": ["To the moon."]});
    let statements = Statements::stated(&configured(), &own, &Catalogue::built_in()).unwrap();
    let german = Catalogue::built_in().text(Language::De);
    for id in ["gdpr", "ccpa"] {
        let text = statements.in_language(Language::De).to_text(law(id), &german);
        insta::assert_snapshot!(format!("german_{id}"), text);
    }
    assert_eq!(
        *statements.in_language(Language::En),
        Statement::stated(&configured(), own, &english()).unwrap()
    );
    let asked = statements.or_contact("help@example.com");
    assert_eq!(asked.in_language(Language::De).contact, "help@example.com");
}
