// true: ends with status 0, whatever its arguments are.
int main(void)
{
	return 0;
}
