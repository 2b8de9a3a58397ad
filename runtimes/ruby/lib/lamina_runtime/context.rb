# frozen_string_literal: true

# The context of every handler; at the top level under this name, as on Lambda.
class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name, :memory_limit_in_mb,
              :function_version, :identity, :client_context, :deadline_ms, :tenant_id

  def initialize(request)
    @deadline_ms = request["Lambda-Runtime-Deadline-Ms"].to_i
    @aws_request_id = request["Lambda-Runtime-Aws-Request-Id"]
    @invoked_function_arn = request["Lambda-Runtime-Invoked-Function-Arn"]
    @tenant_id = request["Lambda-Runtime-Aws-Tenant-Id"]
    @identity = parse(request["Lambda-Runtime-Cognito-Identity"])
    @client_context = parse(request["Lambda-Runtime-Client-Context"])
    @log_group_name = ENV["AWS_LAMBDA_LOG_GROUP_NAME"]
    @log_stream_name = ENV["AWS_LAMBDA_LOG_STREAM_NAME"]
    @function_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
    @function_version = ENV["AWS_LAMBDA_FUNCTION_VERSION"]
    @memory_limit_in_mb = ENV["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
  end

  def get_remaining_time_in_millis
    [@deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), 0].max
  end

  private

  def parse(header)
    JSON.parse(header.dup.force_encoding(Encoding::UTF_8)) unless header.nil? || header.empty?
  end
end
