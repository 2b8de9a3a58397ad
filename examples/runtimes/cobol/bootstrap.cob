*> A Lambda runtime and its function in COBOL, with the C library's sockets. HTTP/1.0: the end of the connection is the end of
*> the answer.
identification division.
program-id. bootstrap.

data division.
working-storage section.
01 max-bytes         constant as 7000000.
01 line-end          pic x(2) value x"0d0a".
01 head-end          pic x(4) value x"0d0a0d0a".
01 api               pic x(64).
01 host              pic x(16).
01 port-text         pic x(8).
01 port-number       pic 9(5).
01 octets.
   05 octet          pic 9(3) occurs 4.
01 socket-address.
   05 family         usage binary-short unsigned value 2.
   05 port-high      usage binary-char unsigned.
   05 port-low       usage binary-char unsigned.
   05 ip             usage binary-char unsigned occurs 4.
   05 filler         pic x(8) value low-values.
01 socket            usage binary-long.
01 result            usage binary-long.
01 moved             usage binary-double.
01 wanted            usage binary-double.
01 at-byte           usage binary-long.
01 i                 usage binary-long.

01 message-head      pic x(1024).
01 head-length       usage binary-long.
01 answer            pic x(max-bytes).
01 answer-length     usage binary-long.
01 answer-head       pic x(4096).
01 header-name       pic x(64).
01 header-value      pic x(256).
01 request-id        pic x(64).
01 function-arn      pic x(256).
01 deadline          pic x(32).
01 event-length      usage binary-long.
01 body              pic x(max-bytes).
01 body-length       usage binary-long.
01 length-text       pic z(8)9.
01 error-line        pic x(128).
01 failed            pic 9.
01 found             usage binary-long.

procedure division.
    accept api from environment "AWS_LAMBDA_RUNTIME_API"
    perform read-address
    perform until 1 = 2
        perform next-event
        perform run-function
        perform send-answer
    end-perform.

*> The function: the event is the first event-length bytes of answer. It sets body and body-length, and failed when it did.
run-function.
    move 0 to failed found
    inspect answer(1:64) tallying found for all '"sleep"'
    if found > 0 and event-length > 0
        call "sleep" using by value 60 returning result
    end-if
    move 0 to found
    inspect answer(1:64) tallying found for all '"fail"'
    move 1 to body-length
    if found > 0 and event-length > 0
        move 1 to failed
        string '{"errorType":"Example.Failure","errorMessage":"asked to fail","stackTrace":[]}' delimited by size
            into body with pointer body-length
    else
        string '{"runtime":"cobol","requestId":"' delimited by size request-id delimited by space
            '","functionArn":"' delimited by size function-arn delimited by space
            '","deadlineMs":' delimited by size deadline delimited by space
            ',"event":' delimited by size answer(1:event-length) delimited by size '}' delimited by size
            into body with pointer body-length
    end-if
    subtract 1 from body-length.

next-event.
    move 1 to head-length
    string "GET /2018-06-01/runtime/invocation/next HTTP/1.0" line-end "Host: " delimited by size api delimited by space
        head-end delimited by size into message-head with pointer head-length
    move 0 to body-length
    perform exchange
    if answer-head(10:3) not = "200"
        display "next was answered with " answer-head(10:3) upon stderr
        stop run returning 1
    end-if
    move "lambda-runtime-aws-request-id" to header-name
    perform find-header
    move header-value to request-id
    move "lambda-runtime-invoked-function-arn" to header-name
    perform find-header
    move header-value to function-arn
    move "lambda-runtime-deadline-ms" to header-name
    perform find-header
    move header-value to deadline.

send-answer.
    move body-length to length-text
    move spaces to error-line
    move 1 to head-length
    string "POST /2018-06-01/runtime/invocation/" delimited by size request-id delimited by space
        into message-head with pointer head-length
    if failed = 1
        string "/error HTTP/1.0" line-end "Lambda-Runtime-Function-Error-Type: Function.ExampleFailure" delimited by size
            into message-head with pointer head-length
    else
        string "/response HTTP/1.0" delimited by size into message-head with pointer head-length
    end-if
    string line-end "Host: " delimited by size api delimited by space
        line-end "Content-Length: " function trim(length-text) head-end delimited by size
        into message-head with pointer head-length
    perform exchange.

*> Sends message-head (head-length points behind it) and body; leaves the answer's head in answer-head and its body at the start
*> of answer, event-length bytes of it.
exchange.
    call "socket" using by value 2 by value 1 by value 0 returning socket
    call "connect" using by value socket by reference socket-address by value 16 returning result
    if result < 0
        display "the Runtime API is gone" upon stderr
        stop run returning 1
    end-if
    compute wanted = head-length - 1
    call "send" using by value socket by reference message-head by value wanted by value 16384 returning moved
    move 1 to at-byte
    perform until at-byte > body-length
        compute wanted = body-length - at-byte + 1
        call "send" using by value socket by reference body(at-byte:1) by value wanted by value 16384 returning moved
        if moved <= 0
            *> Refused before it was read: the answer says why.
            exit perform
        end-if
        add moved to at-byte
    end-perform
    move 0 to answer-length
    perform until 1 = 2
        compute wanted = max-bytes - answer-length
        call "recv" using by value socket by reference answer(answer-length + 1:1) by value wanted by value 0 returning moved
        if moved <= 0
            exit perform
        end-if
        add moved to answer-length
    end-perform
    call "close" using by value socket returning result
    perform split-answer.

split-answer.
    move 0 to i
    inspect answer(1:4096) tallying i for characters before initial head-end
    if i >= answer-length
        display "the Runtime API is gone" upon stderr
        stop run returning 1
    end-if
    move answer(1:i) to answer-head
    compute event-length = answer-length - i - 4
    if event-length > 0
        *> The two parts of one field overlap, so the body takes the way through the other large field.
        move answer(i + 5:event-length) to body
        move body(1:event-length) to answer(1:event-length)
    end-if.

find-header.
    move spaces to header-value
    move 1 to at-byte
    inspect function lower-case(answer-head) tallying at-byte for characters
        before initial function concatenate(line-end, function trim(header-name), ": ")
    if at-byte < 4096
        compute at-byte = at-byte + function length(function trim(header-name)) + 4
        unstring answer-head(at-byte:) delimited by line-end into header-value
    end-if.

read-address.
    unstring api delimited by ":" or space into host port-text
    move function numval(port-text) to port-number
    divide port-number by 256 giving port-high remainder port-low
    unstring host delimited by "." or space into octet(1) octet(2) octet(3) octet(4)
    perform varying i from 1 by 1 until i > 4
        move octet(i) to ip(i)
    end-perform.
