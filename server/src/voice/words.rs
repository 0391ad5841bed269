//! What callers and agents hear, by language: position and estimate in words, greetings, goodbyes.

use engine::time::Micros;
use serde::Deserialize;

use crate::facts::Goodbye;

/// A language that the server speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// Spanish.
    Es,
    /// French.
    Fr,
}

/// Words in a language.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Words(pub Language);

impl Words {
    /// As Twilio's `<Say language>` wants it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self.0 {
            Language::En => "en-US",
            Language::De => "de-DE",
            Language::Es => "es-ES",
            Language::Fr => "fr-FR",
        }
    }

    /// The place in line; 1 = next.
    #[must_use]
    pub fn position(self, position: u32) -> String {
        match (self.0, position) {
            (Language::En, 0 | 1) => "You are next in line.".to_owned(),
            (Language::En, n) => format!("You are number {n} in line."),
            (Language::De, 0 | 1) => "Sie sind als Nächstes an der Reihe.".to_owned(),
            (Language::De, n) => format!("Sie sind auf Platz {n} der Warteschlange."),
            (Language::Es, 0 | 1) => "Es usted el siguiente.".to_owned(),
            (Language::Es, n) => format!("Ocupa usted el puesto {n} de la fila."),
            (Language::Fr, 0 | 1) => "Vous êtes le prochain.".to_owned(),
            (Language::Fr, n) => format!("Vous êtes en position {n} dans la file."),
        }
    }

    /// The remaining wait, rounded as people say it: to half a minute below two minutes, to whole minutes above.
    #[must_use]
    pub fn wait(self, wait: Micros) -> String {
        let seconds = wait / 1_000_000;
        let minutes = (seconds + 30) / 60;
        match (self.0, seconds) {
            (Language::En, 0..=29) => "Your call will be answered in a moment.".to_owned(),
            (Language::En, 30..=44) => "The wait is about half a minute.".to_owned(),
            (Language::En, 45..=89) => "The wait is about one minute.".to_owned(),
            (Language::En, _) => format!("The wait is about {minutes} minutes."),
            (Language::De, 0..=29) => "Ihr Anruf wird gleich angenommen.".to_owned(),
            (Language::De, 30..=44) => "Die Wartezeit beträgt etwa eine halbe Minute.".to_owned(),
            (Language::De, 45..=89) => "Die Wartezeit beträgt etwa eine Minute.".to_owned(),
            (Language::De, _) => format!("Die Wartezeit beträgt etwa {minutes} Minuten."),
            (Language::Es, 0..=29) => "Le atenderemos enseguida.".to_owned(),
            (Language::Es, 30..=44) => "La espera es de unos treinta segundos.".to_owned(),
            (Language::Es, 45..=89) => "La espera es de alrededor de un minuto.".to_owned(),
            (Language::Es, _) => format!("La espera es de unos {minutes} minutos."),
            (Language::Fr, 0..=29) => "Nous prenons votre appel dans un instant.".to_owned(),
            (Language::Fr, 30..=44) => "L'attente est d'environ trente secondes.".to_owned(),
            (Language::Fr, 45..=89) => "L'attente est d'environ une minute.".to_owned(),
            (Language::Fr, _) => format!("L'attente est d'environ {minutes} minutes."),
        }
    }

    /// How to take the callback.
    #[must_use]
    pub fn callback_offer(self) -> &'static str {
        match self.0 {
            Language::En => "To keep your place and be called back, press 1.",
            Language::De => {
                "Drücken Sie die 1, um Ihren Platz zu behalten und zurückgerufen zu werden."
            }
            Language::Es => "Pulse 1 para conservar su puesto y que le llamemos.",
            Language::Fr => "Appuyez sur 1 pour garder votre place et être rappelé.",
        }
    }

    /// Before the tone.
    #[must_use]
    pub fn voicemail(self) -> &'static str {
        match self.0 {
            Language::En => "Please leave a message after the tone.",
            Language::De => "Bitte hinterlassen Sie eine Nachricht nach dem Ton.",
            Language::Es => "Por favor, deje un mensaje después de la señal.",
            Language::Fr => "Veuillez laisser un message après le signal.",
        }
    }

    /// Why the call ends.
    #[must_use]
    pub fn goodbye(self, why: Goodbye) -> &'static str {
        match (self.0, why) {
            (Language::En, Goodbye::Closed) => {
                "We are closed now. Please call again during our opening hours. Goodbye."
            }
            (Language::En, Goodbye::Full | Goodbye::Nobody | Goodbye::TooLong) => {
                "We are sorry that we cannot take your call now. Please call again later. Goodbye."
            }
            (Language::En, Goodbye::CallbackConfirmed) => {
                "Thank you. You keep your place, and we will call you back. Goodbye."
            }
            (Language::En, Goodbye::Failed) => {
                "We are sorry, something went wrong. Please call again. Goodbye."
            }
            (Language::En, Goodbye::Over) => "Goodbye.",
            (Language::De, Goodbye::Closed) => {
                "Wir haben jetzt geschlossen. Bitte rufen Sie während unserer Öffnungszeiten an. Auf Wiederhören."
            }
            (Language::De, Goodbye::Full | Goodbye::Nobody | Goodbye::TooLong) => {
                "Wir können Ihren Anruf leider gerade nicht annehmen. Bitte rufen Sie später noch einmal an. Auf Wiederhören."
            }
            (Language::De, Goodbye::CallbackConfirmed) => {
                "Danke. Sie behalten Ihren Platz, und wir rufen Sie zurück. Auf Wiederhören."
            }
            (Language::De, Goodbye::Failed) => {
                "Es ist leider ein Fehler aufgetreten. Bitte rufen Sie noch einmal an. Auf Wiederhören."
            }
            (Language::De, Goodbye::Over) => "Auf Wiederhören.",
            (Language::Es, Goodbye::Closed) => {
                "Ahora está cerrado. Llame de nuevo en nuestro horario de atención. Adiós."
            }
            (Language::Es, Goodbye::Full | Goodbye::Nobody | Goodbye::TooLong) => {
                "Lamentamos no poder atender su llamada ahora. Llame de nuevo más tarde. Adiós."
            }
            (Language::Es, Goodbye::CallbackConfirmed) => {
                "Gracias. Conserva su puesto y le llamaremos. Adiós."
            }
            (Language::Es, Goodbye::Failed) => {
                "Lo sentimos, ha ocurrido un error. Llame de nuevo. Adiós."
            }
            (Language::Es, Goodbye::Over) => "Adiós.",
            (Language::Fr, Goodbye::Closed) => {
                "Nous sommes fermés. Veuillez rappeler pendant nos heures d'ouverture. Au revoir."
            }
            (Language::Fr, Goodbye::Full | Goodbye::Nobody | Goodbye::TooLong) => {
                "Nous ne pouvons pas prendre votre appel maintenant. Veuillez rappeler plus tard. Au revoir."
            }
            (Language::Fr, Goodbye::CallbackConfirmed) => {
                "Merci. Vous gardez votre place et nous vous rappellerons. Au revoir."
            }
            (Language::Fr, Goodbye::Failed) => {
                "Une erreur s'est produite. Veuillez rappeler. Au revoir."
            }
            (Language::Fr, Goodbye::Over) => "Au revoir.",
        }
    }

    /// To an agent who answered too late.
    #[must_use]
    pub fn caller_gone(self) -> &'static str {
        match self.0 {
            Language::En => "The caller has gone.",
            Language::De => "Der Anrufer ist nicht mehr da.",
            Language::Es => "La persona que llamaba ya no está.",
            Language::Fr => "L'appelant n'est plus là.",
        }
    }

    /// To an agent at a telephone: an answering machine must not take the call.
    #[must_use]
    pub fn confirm(self) -> &'static str {
        match self.0 {
            Language::En => "A call for you. Press 1 to take it.",
            Language::De => "Ein Anruf für Sie. Drücken Sie die 1, um ihn anzunehmen.",
            Language::Es => "Una llamada para usted. Pulse 1 para aceptarla.",
            Language::Fr => "Un appel pour vous. Appuyez sur 1 pour le prendre.",
        }
    }

    /// To whoever picked up a callback.
    #[must_use]
    pub fn confirm_callback(self) -> &'static str {
        match self.0 {
            Language::En => "This is the call you asked for. Press 1 to speak with us now.",
            Language::De => {
                "Dies ist Ihr Rückruf. Drücken Sie die 1, um jetzt mit uns zu sprechen."
            }
            Language::Es => {
                "Esta es la llamada que nos pidió. Pulse 1 para hablar con nosotros ahora."
            }
            Language::Fr => {
                "Voici le rappel que vous avez demandé. Appuyez sur 1 pour nous parler maintenant."
            }
        }
    }

    /// The question after the call.
    #[must_use]
    pub fn survey(self) -> &'static str {
        match self.0 {
            Language::En => {
                "How satisfied were you with this call? Press 1 for not at all, up to 5 for very."
            }
            Language::De => {
                "Wie zufrieden waren Sie mit diesem Gespräch? Drücken Sie 1 für gar nicht bis 5 für sehr."
            }
            Language::Es => "¿Está satisfecho con esta llamada? Pulse de 1, nada, a 5, mucho.",
            Language::Fr => {
                "Êtes-vous satisfait de cet appel ? Appuyez de 1, pas du tout, à 5, très."
            }
        }
    }
}
