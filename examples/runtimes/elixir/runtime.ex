# A Lambda runtime and its function in Elixir, with the sockets of Erlang's kernel. HTTP/1.0: the end of the connection is the end
# of the answer.
defmodule Runtime do
  def main do
    {"200", headers, event} = request("GET", "next")
    id = headers["lambda-runtime-aws-request-id"]

    try do
      handle(event, headers)
    rescue
      error ->
        document = ~s({"errorType":"Example.Failure","errorMessage":"#{Exception.message(error)}","stackTrace":[]})
        request("POST", "#{id}/error", document, "Lambda-Runtime-Function-Error-Type: Function.ExampleFailure\r\n")
    else
      answer -> request("POST", "#{id}/response", answer)
    end

    main()
  end

  # The function. What it raises is answered as an error.
  def handle(event, headers) do
    start = binary_part(event, 0, min(64, byte_size(event)))
    if String.contains?(start, ~s("fail")), do: raise("asked to fail")
    if String.contains?(start, ~s("sleep")), do: Process.sleep(60_000)

    [
      ~s({"runtime":"elixir","requestId":"#{headers["lambda-runtime-aws-request-id"]}",),
      ~s("functionArn":"#{headers["lambda-runtime-invoked-function-arn"]}","deadlineMs":#{headers["lambda-runtime-deadline-ms"]},"event":),
      event,
      "}"
    ]
  end

  defp request(method, path, body \\ "", extra \\ "") do
    api = System.fetch_env!("AWS_LAMBDA_RUNTIME_API")
    [host, port] = String.split(api, ":")
    {:ok, socket} = :gen_tcp.connect(String.to_charlist(host), String.to_integer(port), [:binary, active: false, nodelay: true])
    length = if method == "GET", do: "", else: "Content-Length: #{IO.iodata_length(body)}\r\n"
    # Refused before it was read: the answer says why.
    _ = :gen_tcp.send(socket, ["#{method} /2018-06-01/runtime/invocation/#{path} HTTP/1.0\r\nHost: #{api}\r\n#{extra}#{length}\r\n", body])
    answer = read_all(socket, [])
    :gen_tcp.close(socket)
    [head, content] = :binary.split(answer, "\r\n\r\n")
    [status | lines] = String.split(head, "\r\n")
    headers = for line <- lines, [name, value] = String.split(line, ": ", parts: 2), into: %{}, do: {String.downcase(name), value}
    {Enum.at(String.split(status, " "), 1), headers, content}
  end

  defp read_all(socket, read) do
    case :gen_tcp.recv(socket, 0) do
      {:ok, piece} -> read_all(socket, [read, piece])
      {:error, _} -> IO.iodata_to_binary(read)
    end
  end
end
