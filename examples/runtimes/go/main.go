// A Lambda runtime and its function in Go, with the standard library alone: what provided.al2023 is for, since go1.x is gone.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

var base = "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"

// The function. What it returns as an error is answered as one.
func handle(event []byte, header http.Header) ([]byte, error) {
	start := event
	if len(start) > 64 {
		start = start[:64]
	}
	if bytes.Contains(start, []byte(`"fail"`)) {
		return nil, errors.New("asked to fail")
	}
	if bytes.Contains(start, []byte(`"sleep"`)) {
		time.Sleep(time.Minute)
	}
	answer := fmt.Sprintf(`{"runtime":"go","requestId":"%s","functionArn":"%s","deadlineMs":%s,"event":`,
		header.Get("Lambda-Runtime-Aws-Request-Id"), header.Get("Lambda-Runtime-Invoked-Function-Arn"), header.Get("Lambda-Runtime-Deadline-Ms"))
	return append(append([]byte(answer), event...), '}'), nil
}

func post(path string, body []byte, errorType string) {
	request, err := http.NewRequest("POST", base+path, bytes.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	if errorType != "" {
		request.Header.Set("Lambda-Runtime-Function-Error-Type", errorType)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		// Refused while it was being sent (413): the platform tells the caller. If it is gone, the next call shows it.
		log.Print(err)
		return
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
}

func main() {
	log.SetFlags(0)
	for {
		response, err := http.Get(base + "next")
		if err != nil {
			log.Fatal(err)
		}
		event, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != 200 {
			log.Fatalf("next was answered with %s: %v", response.Status, err)
		}
		id := response.Header.Get("Lambda-Runtime-Aws-Request-Id")
		if answer, err := handle(event, response.Header); err == nil {
			post(id+"/response", answer, "")
		} else {
			post(id+"/error", []byte(fmt.Sprintf(`{"errorType":"Example.Failure","errorMessage":"%s","stackTrace":[]}`, err)), "Function.ExampleFailure")
		}
	}
}
