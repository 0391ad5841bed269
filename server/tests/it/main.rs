//! The server as its neighbours meet it: Twilio, agents, supervisors, an operator who restarts it.

mod access;
mod calls;
mod carrier;
mod hostile;
mod kills;
mod postgres;
mod recovery;
mod rot;
mod site;
