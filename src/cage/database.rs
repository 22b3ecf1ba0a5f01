//! `cards.postgres` and the cage: its ports, and the addresses of its machines. In the cage nobody looks up names: the C library
//! would load modules, read files of the system and ask around, as its own configuration says. So that is done before.

use crate::cli::Failure;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// PostgreSQL's own port.
const USUAL: &str = "5432";

/// Where a database is, as libpq's form says it: `host=… port=…`.
#[derive(Debug)]
pub(super) struct Database<'a> {
    rest: Vec<(&'a str, &'a str)>,
    hosts: Vec<String>,
    addresses: Vec<String>,
    ports: Vec<String>,
}

impl<'a> Database<'a> {
    /// Reads the form; that it can be understood the store itself checks.
    pub(super) fn read(address: &'a str) -> Self {
        let parts: Vec<_> =
            address.split_whitespace().filter_map(|part| part.split_once('=')).collect();
        let values = |key: &str| -> Vec<String> {
            let value = parts.iter().rev().find(|(name, _)| *name == key).map(|(_, value)| *value);
            let value = value.unwrap_or_default().replace(['\'', '\\'], "");
            value.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect()
        };
        let (hosts, addresses, ports) = (values("host"), values("hostaddr"), values("port"));
        let here = |name: &str| ["host", "hostaddr", "port"].contains(&name);
        let rest = parts.iter().copied().filter(|(name, _)| !here(name)).collect();
        Self { rest, hosts, addresses, ports }
    }

    /// The TCP ports; none where it is reached by a Unix socket alone.
    pub(super) fn ports(&self) -> Vec<u16> {
        let tcp = !self.addresses.is_empty() || self.hosts.iter().any(|host| !is_folder(host));
        let ports = self.ports.iter().map(String::as_str);
        let ports = ports.chain(self.ports.is_empty().then_some(USUAL));
        ports.filter(|_| tcp).filter_map(|port| port.parse().ok()).collect()
    }

    /// The same database with the addresses of its machines beside their names, which the certificates of the database
    /// still have to have; `None` where there is nothing to look up.
    ///
    /// # Errors
    /// A name that has no address now.
    pub(super) fn looked_up(
        &self,
        look_up: impl Fn(&str) -> std::io::Result<Vec<IpAddr>>,
    ) -> Result<Option<String>, Failure> {
        let is_name = |host: &String| !is_folder(host) && host.parse::<IpAddr>().is_err();
        if !self.addresses.is_empty() || !self.hosts.iter().any(is_name) {
            return Ok(None);
        }
        if let Some(folder) = self.hosts.iter().find(|host| is_folder(host)) {
            return Err(format!(
                "cards.postgres has a name of a machine beside {folder}: give addresses (hostaddr=) in place of names"
            )
            .into());
        }
        let mut found = Vec::new();
        for (place, host) in self.hosts.iter().enumerate() {
            let unknown = |why: &str| {
                format!(
                    "cards.postgres: {host} has no address ({why}); hostaddr= beside host= gives one"
                )
            };
            let addresses = match host.parse() {
                Ok(address) => vec![address],
                Err(_) => look_up(host).map_err(|error| unknown(&error.to_string()))?,
            };
            let port = self.ports.get(place).or(self.ports.first());
            let port = port.map_or(USUAL, String::as_str);
            if addresses.is_empty() {
                return Err(unknown("none").into());
            }
            let addresses: BTreeSet<_> = addresses.into_iter().collect();
            found.extend(
                addresses.into_iter().map(|address| (host.clone(), address.to_string(), port)),
            );
        }
        let all = |part: fn(&(String, String, &str)) -> String| {
            found.iter().map(part).collect::<Vec<_>>().join(",")
        };
        let (hosts, addresses) = (all(|one| one.0.clone()), all(|one| one.1.clone()));
        let mut said =
            format!("host={hosts} hostaddr={addresses} port={}", all(|one| one.2.to_owned()));
        self.rest.iter().for_each(|(name, value)| said.push_str(&format!(" {name}={value}")));
        Ok(Some(said))
    }
}

/// Whether it is the folder of a Unix socket.
fn is_folder(host: &str) -> bool {
    host.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::Database;
    use std::io;
    use std::net::IpAddr;

    fn look_up(name: &str) -> io::Result<Vec<IpAddr>> {
        match name {
            "db" => Ok(vec![[10, 0, 0, 2].into(), [10, 0, 0, 1].into()]),
            "localhost" => Ok(vec![IpAddr::from([127, 0, 0, 1]); 2]),
            _ => Err(io::Error::other("nobody knows it")),
        }
    }

    #[test]
    fn ports() {
        for (address, ports) in [
            ("host=db.bank.example user=u", &[5432][..]),
            ("host=10.0.0.1 port=6432 user=u", &[6432]),
            ("host='db' port='6432'", &[6432]),
            ("host=/run/postgresql user=u", &[]),
            ("host=/run/postgresql,db port=1,2", &[1, 2]),
            ("hostaddr=10.0.0.1,10.0.0.2 port=5,6", &[5, 6]),
        ] {
            assert_eq!(Database::read(address).ports(), ports, "{address}");
        }
    }

    #[test]
    fn names_are_looked_up_once() {
        let looked_up = |address| Database::read(address).looked_up(look_up);
        for (address, expected) in [
            ("host=10.0.0.1 user=u", None),
            ("host=/run/postgresql user=u", None),
            ("host=db hostaddr=10.0.0.9 user=u", None),
            (
                "host=localhost dbname=d user=u",
                Some("host=localhost hostaddr=127.0.0.1 port=5432 dbname=d user=u"),
            ),
            (
                "user=u host=db,::1 port=1,2",
                Some("host=db,db,::1 hostaddr=10.0.0.1,10.0.0.2,::1 port=1,1,2 user=u"),
            ),
        ] {
            assert_eq!(looked_up(address).unwrap().as_deref(), expected, "{address}");
        }
        let refused = looked_up("host=elsewhere user=u").unwrap_err().to_string();
        assert!(refused.contains("elsewhere") && refused.contains("nobody knows it"), "{refused}");
        let mixed = looked_up("host=/run/postgresql,db user=u").unwrap_err().to_string();
        assert!(mixed.contains("/run/postgresql"), "{mixed}");
    }
}
