//! The control database in SQLite.

use super::{lock, migrate, name_of, named, open};
use crate::storage::{Account, Comune, Device, NewCode, Redeemed, Registry, Result};
use domain::{ComuneId, DeviceId, UnixMs};
use rusqlite::{
    Connection, OptionalExtension, Row, Transaction, TransactionBehavior, named_params, params,
};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// `centro.db`.
pub struct SqliteRegistry {
    path: PathBuf,
    conn: Mutex<Connection>,
    devices: Mutex<Devices>,
}

/// Devices as they stand in the database: every call asks for one.
#[derive(Default)]
struct Devices {
    /// SQLite's count of what other programs wrote (`hub revoke` beside the running service).
    version: i64,
    known: HashMap<DeviceId, Device>,
}

impl SqliteRegistry {
    /// Opens or makes the database.
    ///
    /// # Errors
    /// Where it cannot be opened, or was written by a later hub.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            conn: Mutex::new(open(path, migrate::CENTRO, None)?),
            devices: Mutex::default(),
        })
    }

    /// What is known of the devices, where nobody else wrote since; nothing otherwise.
    fn known(&self, conn: &Connection) -> Result<MutexGuard<'_, Devices>> {
        let version = conn
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if devices.version != version {
            devices.known.clear();
            devices.version = version;
        }
        Ok(devices)
    }

    /// This program changes a device.
    fn forget(&self) {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        devices.known.clear();
    }

    fn write<T>(&self, work: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
        let mut conn = lock(&self.conn);
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let out = work(&tx)?;
        tx.commit()?;
        Ok(out)
    }
}

const DEVICE: &str =
    "SELECT id, public_key, name, person, role, comune, enrolled, seen, expires, revoked
                      FROM device";

fn device(row: &Row) -> rusqlite::Result<(Device, String)> {
    let device = Device {
        id: DeviceId(row.get("id")?),
        public_key: row.get("public_key")?,
        name: row.get("name")?,
        person: row.get("person")?,
        role: domain::identity::Role::Volontario,
        comune: ComuneId(row.get("comune")?),
        enrolled: row.get("enrolled")?,
        seen: row.get("seen")?,
        expires: row.get("expires")?,
        revoked: row.get("revoked")?,
    };
    Ok((device, row.get("role")?))
}

fn with_role((mut device, role): (Device, String)) -> Result<Device> {
    device.role = named(&role)?;
    Ok(device)
}

fn find_device(conn: &Connection, id: &DeviceId) -> Result<Option<Device>> {
    conn.prepare_cached(&format!("{DEVICE} WHERE id = ?1"))?
        .query_row([id.as_str()], device)
        .optional()?
        .map(with_role)
        .transpose()
}

fn insert_device(conn: &Connection, device: &Device) -> Result<()> {
    conn.execute(
        "INSERT INTO device (id, public_key, name, person, role, comune, enrolled, expires)
         VALUES (:id, :public_key, :name, :person, :role, :comune, :enrolled, :expires)",
        named_params! {
            ":id": device.id.as_str(),
            ":public_key": device.public_key,
            ":name": device.name,
            ":person": device.person,
            ":role": name_of(&device.role)?,
            ":comune": device.comune.as_str(),
            ":enrolled": device.enrolled,
            ":expires": device.expires,
        },
    )?;
    Ok(())
}

fn comune(row: &Row) -> rusqlite::Result<Comune> {
    Ok(Comune {
        id: ComuneId(row.get("id")?),
        name: row.get("name")?,
        slug: row.get("slug")?,
    })
}

fn account(row: &Row) -> rusqlite::Result<(String, String, String)> {
    Ok((row.get("user")?, row.get("password")?, row.get("role")?))
}

fn to_account((user, password, role): (String, String, String)) -> Result<Account> {
    Ok(Account {
        user,
        password,
        role: named(&role)?,
    })
}

impl Registry for SqliteRegistry {
    fn setting(&self, name: &str, fresh: &dyn Fn() -> Vec<u8>) -> Result<Vec<u8>> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![name, fresh()],
            )?;
            Ok(
                tx.query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| {
                    row.get(0)
                })?,
            )
        })
    }

    fn set_setting(&self, name: &str, value: &[u8]) -> Result<()> {
        lock(&self.conn).execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }

    fn add_comuni(&self, comuni: &[Comune]) -> Result<()> {
        self.write(|tx| {
            for comune in comuni {
                tx.execute(
                    "INSERT INTO comune (id, name, slug) VALUES (?1, ?2, ?3)
                     ON CONFLICT (id) DO NOTHING",
                    params![comune.id.as_str(), comune.name, comune.slug],
                )?;
            }
            Ok(())
        })
    }

    fn comuni(&self) -> Result<Vec<Comune>> {
        let conn = lock(&self.conn);
        let mut query = conn.prepare_cached("SELECT id, name, slug FROM comune ORDER BY name")?;
        let rows = query.query_map([], comune)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn comune(&self, id: &ComuneId) -> Result<Option<Comune>> {
        Ok(lock(&self.conn)
            .prepare_cached("SELECT id, name, slug FROM comune WHERE id = ?1")?
            .query_row([id.as_str()], comune)
            .optional()?)
    }

    fn add_code(&self, code: &NewCode) -> Result<()> {
        lock(&self.conn).execute(
            "INSERT INTO code (hash, comune, person, role, expires) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                code.hash,
                code.comune.as_str(),
                code.person,
                name_of(&code.role)?,
                code.expires
            ],
        )?;
        Ok(())
    }

    fn redeem(&self, hash: &[u8; 32], new: Device) -> Result<Redeemed> {
        self.write(|tx| {
            let code = tx
                .query_row(
                    "SELECT comune, person, role, expires, device FROM code WHERE hash = ?1",
                    [hash],
                    |row| {
                        Ok((
                            row.get::<_, String>(0)?,
                            row.get::<_, String>(1)?,
                            row.get::<_, String>(2)?,
                            row.get::<_, UnixMs>(3)?,
                            row.get::<_, Option<String>>(4)?,
                        ))
                    },
                )
                .optional()?;
            let Some((comune, person, role, expires, used)) = code else {
                return Ok(Redeemed::Unknown);
            };
            if let Some(used) = used {
                let same = find_device(tx, &DeviceId(used))?
                    .filter(|device| device.public_key == new.public_key && !device.revoked);
                return Ok(same.map_or(Redeemed::Unknown, |d| Redeemed::Enrolled(Box::new(d))));
            }
            if expires <= new.enrolled {
                return Ok(Redeemed::Unknown);
            }
            let device = Device {
                comune: ComuneId(comune),
                person,
                role: named(&role)?,
                ..new.clone()
            };
            insert_device(tx, &device)?;
            tx.execute(
                "UPDATE code SET device = ?2 WHERE hash = ?1",
                params![hash, device.id.as_str()],
            )?;
            Ok(Redeemed::Enrolled(Box::new(device)))
        })
    }

    fn add_device(&self, device: &Device) -> Result<()> {
        insert_device(&lock(&self.conn), device)
    }

    fn device(&self, id: &DeviceId) -> Result<Option<Device>> {
        let conn = lock(&self.conn);
        let mut devices = self.known(&conn)?;
        if let Some(device) = devices.known.get(id) {
            return Ok(Some(device.clone()));
        }
        let found = find_device(&conn, id)?;
        if let Some(device) = &found {
            devices.known.insert(id.clone(), device.clone());
        }
        Ok(found)
    }

    fn devices(&self) -> Result<Vec<Device>> {
        let conn = lock(&self.conn);
        let mut query = conn.prepare(&format!("{DEVICE} ORDER BY comune, person, id"))?;
        let rows = query
            .query_map([], device)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        rows.into_iter().map(with_role).collect()
    }

    fn seen(&self, devices: &[(DeviceId, UnixMs)]) -> Result<()> {
        self.write(|tx| {
            let mut update = tx.prepare_cached("UPDATE device SET seen = ?2 WHERE id = ?1")?;
            for (id, at) in devices {
                update.execute(params![id.as_str(), at])?;
            }
            Ok(())
        })
    }

    fn revoke(&self, id: &DeviceId) -> Result<bool> {
        let conn = lock(&self.conn);
        let changed = conn.execute("UPDATE device SET revoked = 1 WHERE id = ?1", [id.as_str()])?;
        self.forget();
        Ok(changed > 0)
    }

    fn confirm(&self, id: &DeviceId, expires: UnixMs) -> Result<bool> {
        let conn = lock(&self.conn);
        let changed = conn.execute(
            "UPDATE device SET expires = ?2 WHERE id = ?1 AND revoked = 0",
            params![id.as_str(), expires],
        )?;
        self.forget();
        Ok(changed > 0)
    }

    fn put_account(&self, account: &Account, now: UnixMs) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO account (user, password, role, created) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET password = excluded.password, role = excluded.role",
                params![account.user, account.password, name_of(&account.role)?, now],
            )?;
            // Whoever knew the old password is out.
            tx.execute("DELETE FROM session WHERE user = ?1", [&account.user])?;
            Ok(())
        })
    }

    fn account(&self, user: &str) -> Result<Option<Account>> {
        lock(&self.conn)
            .query_row(
                "SELECT user, password, role FROM account WHERE user = ?1",
                [user],
                account,
            )
            .optional()?
            .map(to_account)
            .transpose()
    }

    fn add_session(
        &self,
        token: &[u8; 32],
        user: &str,
        expires: UnixMs,
        now: UnixMs,
    ) -> Result<()> {
        self.write(|tx| {
            tx.execute("DELETE FROM session WHERE expires <= ?1", [now])?;
            tx.execute(
                "INSERT INTO session (token, user, expires) VALUES (?1, ?2, ?3)",
                params![token, user, expires],
            )?;
            Ok(())
        })
    }

    fn session(&self, token: &[u8; 32], now: UnixMs) -> Result<Option<Account>> {
        lock(&self.conn)
            .query_row(
                "SELECT a.user, a.password, a.role FROM session AS s JOIN account AS a USING (user)
                 WHERE s.token = ?1 AND s.expires > ?2",
                params![token, now],
                account,
            )
            .optional()?
            .map(to_account)
            .transpose()
    }

    fn take_stamp(&self, comune: &ComuneId, month: &str, limit: u32) -> Result<bool> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO stamp (comune, month, had) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING",
                params![comune.as_str(), month],
            )?;
            let taken = tx.execute(
                "UPDATE stamp SET had = had + 1 WHERE comune = ?1 AND month = ?2 AND had < ?3",
                params![comune.as_str(), month, limit],
            )?;
            Ok(taken > 0)
        })
    }

    fn return_stamp(&self, comune: &ComuneId, month: &str) -> Result<()> {
        lock(&self.conn).execute(
            "UPDATE stamp SET had = had - 1 WHERE comune = ?1 AND month = ?2 AND had > 0",
            params![comune.as_str(), month],
        )?;
        Ok(())
    }

    fn stamps(&self, month: &str) -> Result<Vec<(ComuneId, u32)>> {
        let conn = lock(&self.conn);
        let mut query = conn.prepare_cached(
            "SELECT comune, had FROM stamp WHERE month = ?1 AND had > 0 ORDER BY comune",
        )?;
        let rows = query.query_map([month], |row| Ok((ComuneId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn backup(&self, to: &Path) -> Result<()> {
        super::backup(&self.path, to)
    }
}
