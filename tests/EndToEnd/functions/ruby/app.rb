require "logger"

module Example
  class Function
    LOGGER = Logger.new($stdout)

    def self.handle(event:, context:)
      raise ArgumentError, "asked to fail" if event.key?("fail")

      sleep 60 if event.key?("sleep")
      LOGGER.warn(event["log"]) if event.key?("log")
      return ENV.to_h if event.key?("environment")

      if event.key?("layer")
        require "one"
        require "two"
        return [One::WHO, Two::WHO, `tool`.strip]
      end

      answer(event, context)
    end

    def self.answer(event, context)
      {
        runtime: "ruby",
        requestId: context.aws_request_id,
        functionArn: context.invoked_function_arn,
        functionName: context.function_name,
        functionVersion: context.function_version,
        memory: context.memory_limit_in_mb,
        logGroup: context.log_group_name,
        logStream: context.log_stream_name,
        remaining: event.key?("context") ? context.get_remaining_time_in_millis : 0,
        custom: context.client_context&.dig("custom", "key"),
        event: event
      }
    end
  end
end
