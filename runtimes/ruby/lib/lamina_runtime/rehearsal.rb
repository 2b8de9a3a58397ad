# frozen_string_literal: true

module LaminaRuntime
  # A first event that nobody sent, and a failure: Ruby compiles and caches at the first call, the kernel maps a page when it is first
  # touched. Neither the platform nor the function hears of it.
  module Rehearsal
    # In the place of the Runtime API.
    class Nobody
      HEADERS = {
        "lambda-runtime-aws-request-id" => "0", "lambda-runtime-deadline-ms" => "0", "lambda-runtime-invoked-function-arn" => "0",
        "lambda-runtime-trace-id" => "0", "content-type" => "application/json"
      }.freeze

      def request(_method, _path, _body = nil, _headers = {})
        Connection::Response.new(200, HEADERS, '{"a":[1,"b",null]}')
      end
    end

    def self.handle(event:, context:)
      raise ArgumentError, "rehearsed" if context.get_remaining_time_in_millis.positive?

      event
    end

    # Writes in both formats, to nowhere.
    def self.log
      shown = $stdout
      $stdout = StringIO.new
      error = begin
        raise ArgumentError, "rehearsed"
      rescue ArgumentError => raised
        raised
      end
      [Logs::TextFormatter, Logs::JsonFormatter].each { |format| format.new.call("WARN", Time.now, nil, "rehearsed") }
      Logs.failure("rehearsed", Failure.new(error, "Function").document)
    ensure
      $stdout = shown
    end
  end
end
