// A Lambda runtime and its function in Rust, with the standard library alone. HTTP/1.0: the end of the connection is the end of
// the answer.
use std::env;
use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

struct Response {
    head: String,
    body: Vec<u8>,
}

impl Response {
    fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    fn header(&self, name: &str) -> &str {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }
}

fn request(method: &str, path: &str, body: &[u8], headers: &str) -> Result<Response, Box<dyn Error>> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut stream = TcpStream::connect(&api)?;
    let length = if method == "GET" { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = format!("{method} /2018-06-01/runtime/{path} HTTP/1.0\r\nHost: {api}\r\n{headers}{length}\r\n");
    // Refused before it was read: the answer says why.
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("the Runtime API is gone")?;
    Ok(Response { head: String::from_utf8_lossy(&answer[..end]).into_owned(), body: answer.split_off(end + 4) })
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|part| part == wanted)
}

// The function. What it returns as Err is answered as an error.
fn handle(event: &Response) -> Result<Vec<u8>, Box<dyn Error>> {
    let start = &event.body[..event.body.len().min(64)];
    if contains(start, b"\"fail\"") {
        return Err("asked to fail".into());
    }
    if contains(start, b"\"sleep\"") {
        sleep(Duration::from_secs(60));
    }
    let context = format!(
        "{{\"runtime\":\"rust\",\"requestId\":\"{}\",\"functionArn\":\"{}\",\"deadlineMs\":{},\"event\":",
        event.header("lambda-runtime-aws-request-id"),
        event.header("lambda-runtime-invoked-function-arn"),
        event.header("lambda-runtime-deadline-ms")
    );
    Ok([context.as_bytes(), &event.body, b"}"].concat())
}

fn main() -> Result<(), Box<dyn Error>> {
    loop {
        let event = request("GET", "invocation/next", b"", "")?;
        if event.status() != 200 {
            return Err(format!("next was answered with {}", event.status()).into());
        }
        let target = format!("invocation/{}", event.header("lambda-runtime-aws-request-id"));
        match handle(&event) {
            Ok(answer) => request("POST", &format!("{target}/response"), &answer, "")?,
            Err(error) => {
                let document = format!("{{\"errorType\":\"Example.Failure\",\"errorMessage\":\"{error}\",\"stackTrace\":[]}}");
                let header = "Lambda-Runtime-Function-Error-Type: Function.ExampleFailure\r\n";
                request("POST", &format!("{target}/error"), document.as_bytes(), header)?
            }
        };
    }
}
