//! A node that runs the published crate clasp-embedded over TCP.
//!
//! `embedded-peer HOST PORT NAME`. Commands come as lines on the standard input, and what happens
//! goes as lines to the standard output (see ../README.md). The crate makes and reads the frames;
//! the four bytes of length in front of them, and the socket, are the business of this program, as
//! they are that of every program around the crate.

use clasp_embedded::{Client, Message, Value};
use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread;

fn send(stream: &Mutex<TcpStream>, frame: &[u8]) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(4 + frame.len());
    bytes.extend_from_slice(&(frame.len() as u32).to_be_bytes());
    bytes.extend_from_slice(frame);
    stream.lock().unwrap().write_all(&bytes)
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_string(),
        Value::Bool(b) => format!("bool {}", b),
        Value::Int(i) => format!("int {}", i),
        Value::Float(f) => format!("float {:?}", f),
    }
}

/// Reads frames until the end, and says what the crate makes of them.
fn receive(mut stream: TcpStream, client: Arc<Mutex<Client>>) {
    loop {
        let mut prefix = [0u8; 4];
        if stream.read_exact(&mut prefix).is_err() {
            println!("end");
            return;
        }
        let mut frame = vec![0u8; u32::from_be_bytes(prefix) as usize];
        if stream.read_exact(&mut frame).is_err() {
            println!("end");
            return;
        }
        println!("frame {}", frame.len());
        let mut client = client.lock().unwrap();
        let was_connected = client.is_connected();
        match client.process(&frame) {
            Some(Message::Welcome { session }) => println!("welcome {}", session),
            Some(Message::Set { address, value }) => println!("set {} {}", address, text(&value)),
            Some(Message::Publish { address }) => println!("publish {}", address),
            Some(Message::Pong) => println!("pong"),
            Some(Message::Ping) => println!("ping"),
            Some(Message::Error { code, message }) => println!("error {} {}", code, message),
            Some(Message::Unknown(code)) => println!("unknown {}", code),
            Some(_) => println!("other"),
            None => println!("nothing"),
        }
        if !was_connected && client.is_connected() {
            println!("connected");
        }
    }
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 4 {
        eprintln!("usage: embedded-peer HOST PORT NAME");
        std::process::exit(2);
    }
    let stream = TcpStream::connect(format!("{}:{}", arguments[1], arguments[2]))?;
    stream.set_nodelay(true)?;
    let reader = stream.try_clone()?;
    let stream = Mutex::new(stream);
    let client = Arc::new(Mutex::new(Client::new()));
    let hello = client.lock().unwrap().prepare_hello(&arguments[3]).to_vec();
    println!("features {:#04x}", hello[6]);
    send(&stream, &hello)?;
    let receiving = Arc::clone(&client);
    thread::spawn(move || receive(reader, receiving));

    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let mut client = client.lock().unwrap();
        match words.as_slice() {
            ["subscribe", pattern] => {
                let frame = client.prepare_subscribe(pattern).to_vec();
                send(&stream, &frame)?;
            }
            ["set", address, number] => {
                let value = Value::Float(number.parse().expect("a number"));
                let frame = client.prepare_set(address, value).to_vec();
                send(&stream, &frame)?;
            }
            ["ping"] => {
                let frame = client.prepare_ping().to_vec();
                send(&stream, &frame)?;
            }
            ["cached", address] => match client.get_cached(address) {
                Some(value) => println!("cached {} {}", address, text(&value)),
                None => println!("cached {} nothing", address),
            },
            _ => eprintln!("no such command: {}", line),
        }
    }
    Ok(())
}
