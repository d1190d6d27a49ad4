//! The tables of a rebuild: made like the live ones, in the schema `rebuild`.
//!
//! They have the names of the live ones, and so have their indexes and constraints: nothing remembers a
//! rebuild afterwards. The connection looks into that schema first, so a read model folds into them with the
//! very statements it always uses. Indexes that the folding does not need are made when the rows are
//! there, which is faster; without a transaction, so that events are not kept from their positions.

use event_store::StoreError;
use sqlx::{Connection, Executor, PgConnection};

use crate::engine::cursor::{self, CursorName};
use crate::engine::projection::{Projection, Writing};

/// The schema.
pub(super) const SCHEMA: &str = "rebuild";

/// The tables of one read model.
pub(super) struct RebuildTables {
    projection: &'static str,
    revision: i32,
    /// The schema in which the live ones lie.
    pub(super) home: String,
    /// Their names, and how they are written.
    pub(super) tables: Vec<(&'static str, Writing)>,
}

/// An index as the live table has it.
#[derive(sqlx::FromRow)]
struct Index {
    name: String,
    is_unique: bool,
    /// The statement that made it.
    definition: String,
    /// The constraint it stands for: its name and what it is.
    constraint_name: Option<String>,
    constraint_kind: Option<String>,
}

const INDEXES: &str = "
SELECT quote_ident(c.relname) AS name, i.indisunique AS is_unique, pg_get_indexdef(i.indexrelid) AS definition,
       quote_ident(k.conname) AS constraint_name,
       CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' END AS constraint_kind
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
WHERE i.indrelid = ($1 || '.' || $2)::regclass AND i.indisvalid
ORDER BY c.relname";

/// Columns in their order: what a table must have in common with the live one.
const COLUMNS: &str = "
SELECT coalesce(string_agg(format('%s %s %s %s', attname, atttypid, atttypmod, attnotnull), ',' ORDER BY attnum), '')
FROM pg_attribute WHERE attrelid = to_regclass($1 || '.' || $2) AND attnum > 0 AND NOT attisdropped";

/// Privileges on the live table, as statements for the new one.
const GRANTS: &str = "
SELECT format('GRANT %s ON %s.%s TO %s%s', a.privilege_type, $3, $2,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
              CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = ($1 || '.' || $2)::regclass AND a.grantee <> c.relowner";

/// Owner and storage parameters of the live table where a new one has others, as statements.
const STORAGE_AND_OWNER: &str = "
SELECT format('ALTER TABLE %s.%s SET (%s)', $3, $2, option)
FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid,
     unnest(c.reloptions || ARRAY(SELECT 'toast.' || o FROM unnest(t.reloptions) o)) AS option
WHERE c.oid = ($1 || '.' || $2)::regclass
UNION ALL
SELECT format('ALTER TABLE %s.%s OWNER TO %s', $3, $2, relowner::regrole)
FROM pg_class WHERE oid = ($1 || '.' || $2)::regclass AND pg_get_userbyid(relowner) <> current_user";

impl RebuildTables {
    /// The tables of `projection`, seen from `db`, whose search path then finds those of a rebuild first.
    pub(super) async fn open(db: &mut PgConnection, projection: &dyn Projection) -> Result<Self, StoreError> {
        let home: String =
            sqlx::query_scalar("SELECT quote_ident(current_schema())").fetch_one(&mut *db).await?;
        sqlx::query("SELECT set_config('search_path', $1 || ', ' || current_setting('search_path'), false)")
            .bind(SCHEMA)
            .execute(db)
            .await?;
        Ok(Self {
            projection: projection.name(),
            revision: projection.revision(),
            home,
            tables: projection.tables().iter().map(|table| (table.name, table.writing)).collect(),
        })
    }

    /// Whether an earlier rebuild was broken off whose tables have the form of today's.
    pub(super) async fn can_resume(
        &self,
        db: &mut PgConnection,
        name: CursorName<'_>,
    ) -> Result<bool, StoreError> {
        let revision: Option<i32> = sqlx::query_scalar("SELECT revision FROM projection WHERE name = $1")
            .bind(name.text())
            .fetch_optional(&mut *db)
            .await?;
        Ok(revision == Some(self.revision) && self.fits(db).await?)
    }

    /// Whether the tables of the rebuild have the columns of the live ones.
    pub(super) async fn fits(&self, db: &mut PgConnection) -> Result<bool, StoreError> {
        for (table, _) in &self.tables {
            let of = |schema: String| sqlx::query_scalar(COLUMNS).bind(schema).bind(table);
            let live: String = of(self.home.clone()).fetch_one(&mut *db).await?;
            let new: String = of(SCHEMA.to_owned()).fetch_one(&mut *db).await?;
            if live != new {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes the tables, empty, and puts the cursor `name` to the beginning of the log.
    pub(super) async fn create(&self, db: &mut PgConnection, name: CursorName<'_>) -> Result<(), StoreError> {
        let home = &self.home;
        let mut transaction = db.begin().await?;
        for (table, writing) in &self.tables {
            let statement = format!(
                "DROP TABLE IF EXISTS {SCHEMA}.{table};
                 CREATE TABLE {SCHEMA}.{table} (LIKE {home}.{table} INCLUDING ALL EXCLUDING INDEXES)"
            );
            transaction.execute(sqlx::raw_sql(&statement)).await?;
            if *writing == Writing::ByKey {
                for index in self.live_indexes(&mut transaction, table).await? {
                    if index.constraint_name.is_some() {
                        let statement = self.create_index(table, &index, "")?;
                        transaction.execute(sqlx::raw_sql(&statement)).await?;
                        self.constrain(&mut transaction, table, &index).await?;
                    }
                }
            }
            for likeness in [GRANTS, STORAGE_AND_OWNER] {
                let statements: Vec<String> = sqlx::query_scalar(likeness)
                    .bind(home)
                    .bind(table)
                    .bind(SCHEMA)
                    .fetch_all(&mut *transaction)
                    .await?;
                for statement in statements {
                    transaction.execute(sqlx::raw_sql(&statement)).await?;
                }
            }
        }
        sqlx::query("DELETE FROM parked_event WHERE projection = $1")
            .bind(name.text())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM projection WHERE name = $1")
            .bind(name.text())
            .execute(&mut *transaction)
            .await?;
        cursor::ensure_revision(&mut *transaction, name, self.revision).await?;
        transaction.commit().await?;
        tracing::info!(projection = self.projection, "rebuild started");
        Ok(())
    }

    /// Makes the indexes that are still missing, and statistics for the planner. A crash may leave an index
    /// half made; it is dropped and made again.
    pub(super) async fn create_missing_indexes(&self, db: &mut PgConnection) -> Result<(), StoreError> {
        for (table, _) in &self.tables {
            let there: Vec<Index> =
                sqlx::query_as(INDEXES).bind(SCHEMA).bind(table).fetch_all(&mut *db).await?;
            for index in self.live_indexes(&mut *db, table).await? {
                let same = there.iter().find(|one| one.name == index.name);
                if same.is_none() {
                    let drop = format!("DROP INDEX IF EXISTS {SCHEMA}.{}", index.name);
                    db.execute(sqlx::raw_sql(&drop)).await?;
                    db.execute(sqlx::raw_sql(&self.create_index(table, &index, " CONCURRENTLY")?)).await?;
                }
                if same.is_none_or(|one| one.constraint_name.is_none()) {
                    self.constrain(db, table, &index).await?;
                }
            }
            db.execute(sqlx::raw_sql(&format!("ANALYZE {SCHEMA}.{table}"))).await?;
        }
        Ok(())
    }

    async fn live_indexes(&self, db: &mut PgConnection, table: &str) -> Result<Vec<Index>, StoreError> {
        Ok(sqlx::query_as(INDEXES).bind(&self.home).bind(table).fetch_all(db).await?)
    }

    /// The statement that makes an index of the live table on the new one.
    fn create_index(&self, table: &str, index: &Index, how: &str) -> Result<String, StoreError> {
        let Index { name, is_unique, definition, .. } = index;
        let create = if *is_unique { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" };
        let begins = format!("{create} {name} ON {}.{table} ", self.home);
        let method_and_columns = definition.strip_prefix(&begins).ok_or_else(|| {
            StoreError::Unreadable(format!("the definition of index {name}, which does not begin {begins:?}"))
        })?;
        Ok(format!("{create}{how} {name} ON {SCHEMA}.{table} {method_and_columns}"))
    }

    /// Lets an index stand for the constraint it stands for in the live table.
    async fn constrain(&self, db: &mut PgConnection, table: &str, index: &Index) -> Result<(), StoreError> {
        let (Some(constraint), Some(kind)) = (&index.constraint_name, &index.constraint_kind) else {
            return Ok(());
        };
        let name = &index.name;
        let statement =
            format!("ALTER TABLE {SCHEMA}.{table} ADD CONSTRAINT {constraint} {kind} USING INDEX {name}");
        db.execute(sqlx::raw_sql(&statement)).await?;
        Ok(())
    }
}
