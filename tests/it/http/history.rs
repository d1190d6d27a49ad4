//! The history of an account, in its three forms.

use bench::synthetic;
use domain::AccountId;
use event_store::EventStore;
use event_store::encryption::LocalKeys;
use serde_json::{Value, json};

use super::service::{MASTER_KEY, asked, sent};
use super::{Answer, Service, send};
use crate::support::{Client, OPERATOR_TOKEN, Proxy, Target, eventually, http};

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
    let sequences: Vec<i64> = pages.iter().map(|item| item["sequence"].as_i64().unwrap()).collect();
    assert!(sequences.windows(2).all(|pair| pair[0] == pair[1] + 1), "{sequences:?}");
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
    let (sequence, what) = (column("sequence"), column("type"));
    let table: Vec<Vec<String>> = table.collect();
    assert!(table.iter().all(|row| row.len() == heading.len()), "{table:#?}");
    let told: Vec<(String, String)> =
        table.iter().rev().map(|row| (row[sequence].clone(), row[what].clone())).collect();
    let expected: Vec<(String, String)> = pages
        .iter()
        .map(|item| (item["sequence"].to_string(), item["type"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(told, expected);

    // Nobody sees anything of anybody else.
    let other = told_text(&bob.client).await;
    assert!(!other.contains(&ada.account) && other.contains(&bob.account), "{other}");
    assert!(!lines.text().contains(&bob.account));
    service.unharmed().await;
}

#[tokio::test]
async fn a_part_is_told_by_topic_and_time_in_every_form() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for on in [false, true, false] {
        sent(&ada.client, "PUT", "/v1/me/preferences", &json!({"personalization": on})).await.expect(200);
    }
    let all = ada.client.get(&format!("{HISTORY}?topic=privacy")).await;
    let items = all["items"].as_array().unwrap().clone();
    assert!(items.iter().all(|item| item["type"] == "account.preferences_changed"), "{all}");
    assert_eq!(items.len(), 3);
    // Page by page the same, and the link repeats what was asked for.
    let first = asked(&ada.client, "GET", &format!("{HISTORY}?topic=privacy&limit=2")).await.expect(200);
    let next = first.header("link").split_once('<').unwrap().1.split_once('>').unwrap().0.to_owned();
    assert!(next.contains("topic=privacy"), "{next}");
    assert_eq!(ada.client.get(&next).await["items"][0], items[2]);
    // From the second on, up to the second.
    let at = items[1]["at"].as_str().unwrap();
    let of = |query: &str| format!("{HISTORY}?topic=privacy&{query}");
    assert_eq!(ada.client.get(&of(&format!("from={at}"))).await["items"].as_array().unwrap()[..], items[..2]);
    assert_eq!(ada.client.get(&of(&format!("to={at}"))).await["items"].as_array().unwrap()[..], items[1..]);
    let both = asked(&ada.client, "GET", &of(&format!("from={at}&to={at}&format=ndjson"))).await.expect(200);
    let lines: Vec<Value> = both.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, [items[1].clone()]);
    for query in ["topic=all", "from=soon", "to=later"] {
        asked(&ada.client, "GET", &of(query).replace("topic=privacy&topic", "topic"))
            .await
            .problem(400, "invalid-parameters");
    }
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
        client.reauthenticate().await;
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

/// An account with so many events, made up beside the program; in their order by the time it returns.
async fn long_life(service: &Service, events: u64) -> AccountId {
    let (services, keys) = (personal_settings::system::services(), LocalKeys::from_text(MASTER_KEY).unwrap());
    let store = EventStore::new(service.pool().await, services, keys);
    let account = synthetic::long_life(&store, events).await.unwrap();
    eventually("the history has all of them", || async {
        let read = "SELECT count(*) FROM account_history WHERE account_id = $1";
        let read: i64 =
            sqlx::query_scalar(read).bind(account.to_string()).fetch_one(store.pool()).await.unwrap();
        (read.unsigned_abs() == events).then_some(())
    })
    .await;
    account
}

/// An operator begins to read all of a history: the answer, and its first piece.
async fn begin(client: &Client, account: AccountId) -> (reqwest::Response, Vec<u8>) {
    let path = format!("/v1/admin/accounts/{account}/history?format=ndjson");
    let mut answer = client.with_token(OPERATOR_TOKEN).request("GET", &path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let first = answer.chunk().await.unwrap().unwrap().to_vec();
    (answer, first)
}

#[tokio::test]
async fn a_long_history_comes_whole_whatever_is_added_meanwhile() {
    let service = Service::api().await;
    // More than two pages of the store's.
    let account = long_life(&service, 1_200).await;
    let (mut stream, mut text) = begin(&service.client(), account).await;
    // Another look is an event, too.
    begin(&service.client(), account).await;
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
    assert!(sequences.len() > 1_200, "{}", sequences.len());
    service.unharmed().await;
}

#[tokio::test]
async fn a_history_that_cannot_be_read_to_its_end_is_cut_off_and_does_not_seem_whole() {
    let service = Service::api().await;
    // More than lies in the buffers between the program and who reads.
    let account = long_life(&service, 24_000).await;
    let proxy = Proxy::new(Target::database(), true).await;
    let program = service.another_at(&proxy.database_url(&service.database)).await;
    let (mut stream, mut text) = begin(&program.client(), account).await;
    // The database is away from now on.
    proxy.cut();
    let ended = loop {
        match stream.chunk().await {
            Ok(Some(chunk)) => text.extend_from_slice(&chunk),
            ended => break ended.map(drop),
        }
    };
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    assert!(lines < 24_000, "all of it had been read before");
    let broken = ended.expect_err("it seems to be whole");
    assert!(!broken.is_timeout(), "{broken:?}");
    assert!(program.said().contains("history download cut off"), "{}", program.said());
}
