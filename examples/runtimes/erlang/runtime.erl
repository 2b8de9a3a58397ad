%% A Lambda runtime and its function in Erlang, with the sockets of its kernel. HTTP/1.0: the end of the connection is the end of
%% the answer.
-module(runtime).
-export([main/0]).

main() ->
    {200, Headers, Event} = request("GET", "next", <<>>, []),
    Target = header(<<"lambda-runtime-aws-request-id">>, Headers),
    try handle(Event, Headers) of
        Answer -> request("POST", [Target, "/response"], Answer, [])
    catch
        throw:Reason ->
            Document = ["{\"errorType\":\"Example.Failure\",\"errorMessage\":\"", Reason, "\",\"stackTrace\":[]}"],
            request("POST", [Target, "/error"], Document, "Lambda-Runtime-Function-Error-Type: Function.ExampleFailure\r\n")
    end,
    main().

%% The function. What it throws is answered as an error.
handle(Event, Headers) ->
    Start = binary:part(Event, 0, min(64, byte_size(Event))),
    case binary:match(Start, <<"\"fail\"">>) of
        nomatch -> ok;
        _ -> throw("asked to fail")
    end,
    case binary:match(Start, <<"\"sleep\"">>) of
        nomatch -> ok;
        _ -> timer:sleep(60000)
    end,
    ["{\"runtime\":\"erlang\",\"requestId\":\"", header(<<"lambda-runtime-aws-request-id">>, Headers),
     "\",\"functionArn\":\"", header(<<"lambda-runtime-invoked-function-arn">>, Headers),
     "\",\"deadlineMs\":", header(<<"lambda-runtime-deadline-ms">>, Headers), ",\"event\":", Event, "}"].

request(Method, Path, Body, Extra) ->
    Api = os:getenv("AWS_LAMBDA_RUNTIME_API"),
    [Host, Port] = string:split(Api, ":", trailing),
    {ok, Socket} = gen_tcp:connect(Host, list_to_integer(Port), [binary, {active, false}, {nodelay, true}]),
    Length = case Method of
        "GET" -> [];
        _ -> ["Content-Length: ", integer_to_list(iolist_size(Body)), "\r\n"]
    end,
    %% Refused before it was read: the answer says why.
    _ = gen_tcp:send(Socket, [Method, " /2018-06-01/runtime/invocation/", Path, " HTTP/1.0\r\nHost: ", Api, "\r\n", Extra, Length, "\r\n", Body]),
    Answer = read_all(Socket, []),
    gen_tcp:close(Socket),
    [Head, Content] = binary:split(Answer, <<"\r\n\r\n">>),
    [Status | Lines] = binary:split(Head, <<"\r\n">>, [global]),
    [_, Code | _] = binary:split(Status, <<" ">>, [global]),
    {binary_to_integer(Code), [list_to_tuple(binary:split(Line, <<": ">>)) || Line <- Lines], Content}.

read_all(Socket, Read) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Piece} -> read_all(Socket, [Read, Piece]);
        {error, _} -> iolist_to_binary(Read)
    end.

header(Name, Headers) ->
    hd([Value || {Key, Value} <- Headers, string:lowercase(Key) =:= Name]).
