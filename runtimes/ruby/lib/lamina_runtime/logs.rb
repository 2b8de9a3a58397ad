# frozen_string_literal: true

require "json"
require "logger"

module LaminaRuntime
  # Standard output line by line, and Lambda's format for whoever makes a Logger of it.
  module Logs
    LEVELS = { "TRACE" => 0, "DEBUG" => 0, "INFO" => 1, "WARN" => 2, "ERROR" => 3, "FATAL" => 4 }.freeze

    # Whose invocation it is now.
    class << self
      attr_accessor :request_id, :tenant_id
    end

    def self.json?
      ENV["AWS_LAMBDA_LOG_FORMAT"]&.casecmp?("JSON")
    end

    def self.install
      $stdout.sync = true
      $stderr.sync = true
      ::Logger.prepend(DefaultFormatter)
    end

    # A failure of the function's code or of the runtime, as the log shows it.
    def self.failure(title, document)
      if json?
        line = { timestamp: Time.now.utc.strftime(JsonFormatter::TIME), level: "ERROR", message: title, requestId: request_id, tenantId: tenant_id }
        $stdout.puts(JSON.generate(line.merge(document).compact))
      else
        $stdout.puts("#{title}\r#{JSON.pretty_generate(document).tr("\n", "\r")}")
      end
    rescue IOError, SystemCallError
      # A function may have closed its output; the error is answered all the same.
    end

    # A Logger that writes to standard output or standard error, and brings no format of its own, writes Lambda's.
    module DefaultFormatter
      def initialize(logdev, *rest, level: LEVELS.fetch(ENV["AWS_LAMBDA_LOG_LEVEL"].to_s.upcase, ::Logger::DEBUG), **options)
        super
        return unless [nil, $stdout, $stderr].include?(logdev)

        @logdev ||= ::Logger::LogDevice.new($stdout, **(options[:binmode] ? { binmode: true } : {}))
        @default_formatter = Logs.json? ? JsonFormatter.new : TextFormatter.new
      end
    end

    class TextFormatter < ::Logger::Formatter
      def call(severity, time, progname, message)
        text = "#{severity[0]}, [#{format_datetime(time)} ##{Process.pid}] #{severity.rjust(5)} #{Logs.request_id} -- #{progname}: #{msg2str(message)}"
        # A carriage return keeps what was logged at once one event in the log.
        "#{Logs.clean(text).tr("\n", "\r")}\n"
      end
    end

    class JsonFormatter < ::Logger::Formatter
      TIME = "%Y-%m-%dT%H:%M:%S.%6NZ"

      def call(severity, time, progname, message)
        line = {
          timestamp: time.getutc.strftime(TIME), level: severity, message: Logs.clean(text_of(message)),
          requestId: Logs.request_id, tenantId: Logs.tenant_id, logger: progname&.to_s
        }
        line.update(describe(message)) if message.is_a?(Exception)
        "#{JSON.generate(line.compact)}\n"
      end

      private

      def text_of(message)
        message.is_a?(Exception) ? message.message : msg2str(message)
      end

      def describe(error)
        trace = (error.backtrace || []).map { |frame| Logs.clean(frame) }
        { errorType: error.class.to_s, errorMessage: Logs.clean(error.message), stackTrace: trace, location: trace.first }
      end
    end

    def self.clean(text)
      text.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
    end
  end
end
