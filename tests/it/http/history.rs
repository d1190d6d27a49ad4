//! The history of an account, in its three forms.

use serde_json::{Value, json};

use super::service::{asked, sent};
use super::{Answer, Service, send};
use crate::support::{Client, PASSWORD, http};

const HISTORY: &str = "/v1/me/history";
/// What a spreadsheet would run.
const FORMULAS: [&str; 4] = ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1:A9)"];

async fn told(client: &Client, accept: &str) -> Answer {
    send(client.request("GET", HISTORY).header("Accept", accept)).await.expect(200)
}

/// The cells of a line of CSV (RFC 4180).
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}

#[tokio::test]
async fn the_same_is_told_in_pages_in_lines_and_in_rows() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    for n in 0..25 {
        let body = json!({"personalization": n % 2 == 1});
        sent(&ada.client, "PUT", "/v1/me/preferences", &body).await.expect(200);
    }
    // Newest first, page by page.
    let (mut next, mut pages) = (format!("{HISTORY}?limit=10"), Vec::new());
    loop {
        let page = asked(&ada.client, "GET", &next).await.expect(200);
        assert!(page.header("vary").eq_ignore_ascii_case("accept"));
        let items = page.json()["items"].as_array().unwrap().clone();
        assert!(items.len() <= 10);
        pages.extend(items);
        let link = page.header("link");
        match link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")) {
            Some(target) => next = target.to_owned(),
            None => break assert_eq!((link, &page.json()["next_cursor"]), ("", &Value::Null)),
        }
    }
    let positions: Vec<i64> = pages.iter().map(|item| item["position"].as_i64().unwrap()).collect();
    assert!(positions.windows(2).all(|pair| pair[0] > pair[1]), "{positions:?}");
    assert_eq!(pages.len(), 27);
    let opened = pages.last().unwrap();
    assert_eq!(opened["type"], "account.registered");
    assert!(opened["actor"].as_str().unwrap().starts_with("opr_"), "{opened}");
    assert_eq!(pages[0]["actor"], ada.account.as_str());
    assert!(pages.iter().all(|item| item["what"].as_str().is_some_and(|what| !what.is_empty())));

    // The same, oldest first, an object a line.
    let lines = told(&ada.client, "application/x-ndjson").await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    assert!(lines.text().ends_with('\n'));
    let mut read: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    read.reverse();
    assert_eq!(read, pages);

    // The same, a row a line.
    let rows = told(&ada.client, "text/csv").await;
    assert!(rows.header("content-type").starts_with("text/csv"), "{rows:?}");
    assert!(rows.header("content-disposition").contains("attachment"), "{rows:?}");
    let mut table = rows.text().lines().map(cells);
    let heading = table.next().unwrap();
    let column = |name: &str| heading.iter().position(|cell| cell == name).unwrap();
    let (position, what) = (column("position"), column("type"));
    let table: Vec<Vec<String>> = table.collect();
    assert!(table.iter().all(|row| row.len() == heading.len()), "{table:#?}");
    let told: Vec<(String, String)> =
        table.iter().rev().map(|row| (row[position].clone(), row[what].clone())).collect();
    let expected: Vec<(String, String)> = pages
        .iter()
        .map(|item| (item["position"].to_string(), item["type"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(told, expected);

    // Nobody sees anything of anybody else.
    let other = told_text(&bob.client).await;
    assert!(!other.contains(&ada.account) && other.contains(&bob.account), "{other}");
    assert!(!lines.text().contains(&bob.account));
    service.unharmed().await;
}

async fn told_text(client: &Client) -> String {
    told(client, "application/x-ndjson").await.text().to_owned()
}

#[tokio::test]
async fn nothing_in_a_row_is_a_formula() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for formula in FORMULAS {
        let http = http().user_agent(formula).build().unwrap();
        let client = Client { http, ..ada.client.clone() };
        let body = json!({"password": PASSWORD});
        sent(&client, "POST", "/v1/sessions/reauthenticate", &body).await.expect(204);
    }
    // Read back as it was where nothing runs it.
    let lines = told_text(&ada.client).await;
    for formula in FORMULAS {
        assert!(lines.contains(&format!("\"user_agent\":{}", json!(formula))), "{formula}: {lines}");
    }
    let rows = told(&ada.client, "text/csv").await;
    let mut table = rows.text().lines().map(cells);
    let heading = table.next().unwrap();
    let agent = heading.iter().position(|cell| cell == "user_agent").unwrap();
    let table: Vec<Vec<String>> = table.collect();
    for row in &table {
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell} would run");
        }
    }
    let agents: Vec<&str> = table.iter().map(|row| row[agent].as_str()).collect();
    for formula in FORMULAS {
        assert!(agents.contains(&format!("'{formula}").as_str()), "{formula}: {agents:?}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_long_history_comes_whole_whatever_is_added_meanwhile() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    // Longer than a page of the store's.
    for n in 0..260 {
        let body = json!({"usage_logging": n % 2 == 1});
        sent(&ada.client, "PUT", "/v1/me/preferences", &body).await.expect(200);
    }
    let mut stream =
        ada.client.request("GET", HISTORY).header("Accept", "application/x-ndjson").send().await.unwrap();
    let mut text = stream.chunk().await.unwrap().unwrap().to_vec();
    sent(&ada.client, "PUT", "/v1/me/preferences", &json!({"personalization": false})).await.expect(200);
    while let Some(chunk) = stream.chunk().await.unwrap() {
        text.extend_from_slice(&chunk);
    }
    let text = String::from_utf8(text).unwrap();
    let sequences: Vec<i64> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["sequence"].as_i64().unwrap())
        .collect();
    let expected: Vec<i64> = (1..=i64::try_from(sequences.len()).unwrap()).collect();
    assert_eq!(sequences, expected);
    assert!(sequences.len() >= 262, "{}", sequences.len());
    service.unharmed().await;
}
