// A Lambda runtime and its function in C++, with nothing but sockets. HTTP/1.0: the end of the connection is the end of the answer.
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>

struct Response {
    std::string head, body;

    int status() const { return std::stoi(head.substr(head.find(' ') + 1)); }

    std::string header(const std::string &name) const {
        std::string lower = head;
        std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
        size_t at = lower.find("\r\n" + name + ": ");
        if (at == std::string::npos) return "";
        at += name.size() + 4;
        return head.substr(at, head.find("\r\n", at) - at);
    }
};

static int connect_to(const std::string &authority) {
    size_t colon = authority.rfind(':');
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(authority.substr(0, colon).c_str(), authority.substr(colon + 1).c_str(), &hints, &found) != 0)
        throw std::runtime_error("cannot resolve " + authority);
    int fd = socket(found->ai_family, found->ai_socktype, 0);
    bool connected = connect(fd, found->ai_addr, found->ai_addrlen) == 0;
    freeaddrinfo(found);
    if (!connected) throw std::runtime_error("cannot connect to " + authority);
    return fd;
}

static Response request(const std::string &method, const std::string &path, const std::string &body = "", const std::string &headers = "") {
    static const std::string api = std::getenv("AWS_LAMBDA_RUNTIME_API");
    int fd = connect_to(api);
    std::string message = method + " /2018-06-01/runtime/" + path + " HTTP/1.0\r\nHost: " + api + "\r\n" + headers
        + (method == "GET" ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" + body;
    for (size_t sent = 0; sent < message.size();) {
        ssize_t part = send(fd, message.data() + sent, message.size() - sent, MSG_NOSIGNAL);
        if (part <= 0) break; // Refused before it was read: the answer says why.
        sent += part;
    }
    std::string answer;
    char buffer[65536];
    for (ssize_t part; (part = recv(fd, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, part);
    close(fd);
    size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) throw std::runtime_error("the Runtime API is gone");
    return {answer.substr(0, end + 2), answer.substr(end + 4)};
}

// The function. What it throws is answered as an error.
static std::string handle(const Response &event) {
    if (event.body.find("\"fail\"") != std::string::npos) throw std::runtime_error("asked to fail");
    if (event.body.find("\"sleep\"") != std::string::npos) sleep(60);
    return "{\"runtime\":\"c++\",\"requestId\":\"" + event.header("lambda-runtime-aws-request-id") + "\",\"functionArn\":\""
        + event.header("lambda-runtime-invoked-function-arn") + "\",\"deadlineMs\":" + event.header("lambda-runtime-deadline-ms")
        + ",\"event\":" + event.body + "}";
}

int main() {
    for (;;) {
        Response event = request("GET", "invocation/next");
        if (event.status() != 200) {
            std::cerr << "next was answered with " << event.status() << '\n';
            return 1;
        }
        std::string target = "invocation/" + event.header("lambda-runtime-aws-request-id");
        try {
            request("POST", target + "/response", handle(event));
        } catch (const std::exception &error) {
            request("POST", target + "/error", std::string("{\"errorType\":\"Example.Failure\",\"errorMessage\":\"") + error.what() + "\",\"stackTrace\":[]}",
                "Lambda-Runtime-Function-Error-Type: Function.ExampleFailure\r\n");
        }
    }
}
