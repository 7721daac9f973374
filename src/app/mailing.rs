//! Mail: what the configuration says of it, read and put together.

use std::sync::Arc;

use super::materials::Materials;
use crate::config::{Configuration, MailSecurity, Problem};
use crate::enrollment::MailSettings;
use crate::operations::{PostWatch, Posted, Security, Smtp, SmtpSettings};
use crate::telemetry::{Metrics, PostOutcome};

/// How mail is sent, as far as what is written in mails goes; `None` where none is sent.
pub(super) fn mail_settings(settings: &Configuration) -> Option<MailSettings> {
    let mail = &settings.mail;
    mail.server.as_ref()?;
    let longest = Smtp::longest_attempt(mail.timeout.unsigned_abs());
    Some(MailSettings {
        from: mail.from.clone()?,
        reply_to: mail.reply_to.clone(),
        bounce: mail.bounce.clone(),
        bounce_by_mail: mail.bounce_by_mail,
        gives_up_after: mail.give_up_after,
        // Clocks of two nodes differ a little, and an attempt has to be read before it is made.
        attempt: jiff::SignedDuration::try_from(longest).unwrap_or(jiff::SignedDuration::MAX) + mail.timeout,
    })
}

impl Materials<'_> {
    /// The way to the mail server; `None` where no mail is sent.
    ///
    /// # Errors
    /// When the password or the CA certificates cannot be read.
    pub fn smtp(&self) -> Result<Option<Arc<Smtp>>, Box<Problem>> {
        let mail = &self.settings.mail;
        let Some(server) = &mail.server else { return Ok(None) };
        let account = match (&mail.user, &mail.password_file) {
            (Some(user), Some(source)) => Some((user.clone(), self.secret("mail.password_file", source)?)),
            _ => None,
        };
        let authorities = match &mail.ca_file {
            Some(path) => Some(self.bytes("mail.ca_file", path)?.to_vec()),
            None => None,
        };
        let host = self.settings.http.public_url.host_str();
        let smtp = Smtp::new(SmtpSettings {
            host: server.host.clone(),
            port: server.port,
            security: match server.security {
                MailSecurity::Tls => Security::Tls,
                MailSecurity::StartTls => Security::StartTls,
                MailSecurity::Plain => Security::Plain,
            },
            authorities,
            account,
            hello: mail.hello.clone().or_else(|| host.map(ToOwned::to_owned)).unwrap_or_default(),
            timeout: mail.timeout.unsigned_abs(),
            connections: mail.connections as usize,
        });
        let key = if mail.ca_file.is_some() { "mail.ca_file" } else { "mail.server" };
        Ok(Some(Arc::new(smtp.map_err(|error| self.problem(key, error))?)))
    }
}

impl PostWatch for Metrics {
    fn posted(&self, how: Posted) {
        self.mail(match how {
            Posted::Sent => PostOutcome::Sent,
            Posted::Later => PostOutcome::Later,
            Posted::Refused => PostOutcome::Refused,
            Posted::Dropped => PostOutcome::Dropped,
        });
    }
}
